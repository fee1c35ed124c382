# The torture resources through a whole life: create, read, update, replace, destroy, with values of
# every kind. What was applied must not be planned again.
terraform {
  required_providers {
    torture = {
      source = "terraform.local/grove/torture"
    }
  }
}

variable "n" {
  type    = number
  default = 1
}

resource "torture_texts" "a" {
  name                    = "texts"
  text_required           = "r${var.n}"
  text_write_only         = "hidden${var.n}"
  text_replace_configured = "z"
}

resource "torture_scalars" "a" {
  name            = torture_texts.a.text_kept == null ? "n" : "m"
  flag_optional   = true
  whole_optional  = 9223372036854775807
  number_optional = 0.1
  number_kept     = 123456789012345678901234567890.5
}

resource "torture_dynamics" "a" {
  name             = "dynamics"
  dynamic_optional = { a = [1, "x", true], b = null }
  dynamic_kept     = ["a"]
  dynamic_replace  = var.n
}

resource "torture_collections" "a" {
  name        = "collections"
  texts_list  = ["b", "a"]
  texts_set   = ["b", "a"]
  texts_map   = { "with space" = "v", "é" = "" }
  matrix      = [[1, 2.5], []]
  numbers_set = [3, 1, 2]
  record      = { name = "x", sizes = [var.n, 0.1] }
}

resource "torture_singles" "a" {
  name         = "singles"
  one          = { required = "r", secret = "hidden", dynamic = { q = var.n } }
  one_required = { required = torture_texts.a.text_computed == null ? "q" : "z" }
  one_kept     = {}
}

resource "torture_lists" "a" {
  name      = "lists"
  list      = [for i in range(var.n + 1) : { required = "r${i}" }]
  list_mild = [{ whole = 1 }, {}]
}

resource "torture_maps" "a" {
  name     = "maps"
  map      = { "a b" = { required = "r${var.n}", secret = "hidden" } }
  map_kept = { x = {} }
}

resource "torture_sets" "a" {
  name         = "sets"
  set          = [{ required = "a" }, { required = "b${var.n}", word = "red" }]
  set_computed = [{ required = "a" }, { required = "b", optional = 100000000000000000000 }]
  set_kept     = [{ either = true }, {}]
}

resource "torture_deep" "a" {
  name      = "deep"
  deep_one  = { name = "n", one = { required = "q" }, set = [{ required = "a${var.n}" }] }
  deep_list = [{ name = "n", map = { a = { required = "q" } } }]
  deep_map  = { k = { name = "n", list = [{ required = "q" }], tags = ["t"] } }
  deep_set  = [{ name = "n", list = [{ required = "q" }] }]
}
