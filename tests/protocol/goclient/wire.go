package main

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/encoding/protowire"
)

// raw lets calls go with bytes, so that malformed ones can be sent and no generated code is needed.
type raw struct{}

func (raw) Name() string { return "proto" }

func (raw) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }

func (raw) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}

var codec encoding.Codec = raw{}

// call sends bytes to a method and returns the bytes of the answer.
func call(ctx context.Context, conn *grpc.ClientConn, method string, request []byte) ([]byte, error) {
	var answer []byte
	err := conn.Invoke(ctx, method, &request, &answer, grpc.ForceCodec(codec),
		grpc.MaxCallRecvMsgSize(64<<20), grpc.MaxCallSendMsgSize(512<<20))
	return answer, err
}

// field is one length-delimited field.
func field(number protowire.Number, value []byte) []byte {
	b := protowire.AppendTag(nil, number, protowire.BytesType)
	return protowire.AppendBytes(b, value)
}

func number(n protowire.Number, value uint64) []byte {
	b := protowire.AppendTag(nil, n, protowire.VarintType)
	return protowire.AppendVarint(b, value)
}

// get returns the first length-delimited field of that number; nil when there is none.
func get(message []byte, wanted protowire.Number) []byte {
	for len(message) > 0 {
		n, t, size := protowire.ConsumeTag(message)
		if size < 0 {
			return nil
		}
		message = message[size:]
		if n == wanted && t == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(message)
			return value
		}
		size = protowire.ConsumeFieldValue(n, t, message)
		if size < 0 {
			return nil
		}
		message = message[size:]
	}
	return nil
}

const (
	provider     = "/tfplugin6.Provider/"
	readResource = provider + "ReadResource"
	listResource = provider + "ListResource"
	shutdown     = "/plugin.GRPCController/Shutdown"
	health       = "/grpc.health.v1.Health/Check"
)

// read orders something of the fake provider's ReadResource.
func read(ctx context.Context, conn *grpc.ClientConn, order string, private []byte) ([]byte, error) {
	return call(ctx, conn, readResource, append(field(1, []byte(order)), field(3, private)...))
}

// summary is that of the answer's first diagnostic.
func summary(answer []byte) string { return string(get(get(answer, 2), 2)) }

func expect(what string, got, wanted any) error {
	if got != wanted {
		return fmt.Errorf("%s: got %v, wanted %v", what, got, wanted)
	}
	return nil
}
