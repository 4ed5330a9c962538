import ModelFormats
import RoostCore
import Testing

@testable import RoostServer

/// Structured output fails closed: what a grammar of the engine would leave out is refused by name.
@Suite struct SchemaSupportTests {
    private func problem(_ json: String) throws -> String? {
        do {
            try SchemaSupport(JSONDocument(Array(json.utf8)).root).check("schema")
            return nil
        } catch let error as RoostError {
            #expect(error.code == .invalidRequest && error.field == "schema")
            return error.message
        }
    }

    @Test func `a small schema cannot take long`() throws {
        func nested(_ types: [String], _ inner: String, levels: Int) -> String {
            let list = types.map { "\"\($0)\"" }.joined(separator: ",")
            return (0..<levels).reduce(inner) { schema, _ in "{\"type\":[\(list)],\"properties\":{\"a\":\(schema)}}" }
        }
        let words = (0..<1000).map { "\"k\($0)\":0" }.joined(separator: ",")
        // One type named again and again counts once; many of them, or many members, are too much.
        #expect(try problem(nested(Array(repeating: "object", count: 26), "{\"type\":\"null\",\(words)}", levels: 3)) == nil)
        #expect(try problem(nested(["object", "array", "string", "null"], "{\"type\":[\"null\",\"string\"],\(words)}", levels: 40)) == nil)
        let wide = nested(["object"], "{\"type\":[\((0..<1000).map { "\"t\($0)\"" }.joined(separator: ","))],\(words)}", levels: 3)
        #expect(try problem(wide)?.contains("what is so large") == true)
    }

    @Test(
        arguments: [
            #"{}"#, #"{"type":"object"}"#,
            #"{"type":"object","properties":{"a":{"type":"string","minLength":1,"maxLength":9},"b":{"type":"integer","minimum":0,"maximum":9}},"required":["a"],"additionalProperties":false}"#,
            #"{"type":"object","additionalProperties":{"type":"number"}}"#,
            #"{"title":"T","description":"d","$schema":"x","default":{},"examples":[1],"discriminator":{"propertyName":"k"},"type":"object"}"#,
            #"{"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":3}"#,
            #"{"type":"array","prefixItems":[{"type":"string"},{"type":"null"}],"minItems":2,"maxItems":2}"#,
            #"{"type":["string","null"],"minLength":2}"#, #"{"enum":["a",null],"type":["string","null"]}"#, #"{"const":3,"type":"integer"}"#,
            #"{"type":"string","pattern":"^[0-9]{3}-(a|b)+\\.x?$"}"#, #"{"type":"string","format":"date-time"}"#,
            #"{"type":"string","format":"uuid"}"#,
            #"{"anyOf":[{"type":"integer"},{"type":"null"}],"default":null}"#, ##"{"oneOf":[{"$ref":"#/$defs/A"}],"$defs":{"A":{"type":"object"}}}"##,
            ##"{"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/N"},{"type":"null"}]}}}}}"##,
            ##"{"allOf":[{"$ref":"#/$defs/E"}],"$defs":{"E":{"enum":["a","b"],"type":"string"}}}"##,
            // Words that say nothing about a value of this type.
            #"{"type":"integer","minLength":3}"#, #"{"type":"string","minimum":3}"#, #"{"type":"array","items":{},"uniqueItems":false}"#,
        ] as [String]) func `what the grammar enforces is accepted`(json: String) throws
    {
        #expect(try problem(json) == nil)
    }

    @Test(
        arguments: [
            (#"{"type":"number","minimum":0}"#, "`minimum`"), (#"{"type":"number","exclusiveMaximum":1}"#, "`exclusiveMaximum`"),
            (#"{"type":"integer","multipleOf":5}"#, "`multipleOf`"), (#"{"type":"integer","minimum":1,"exclusiveMinimum":3}"#, "`exclusiveMinimum`"),
            (#"{"type":"string","format":"email"}"#, "`format` the string \"email\""),
            (#"{"type":"string","format":"date","minLength":3}"#, "`minLength`"),
            (#"{"type":"string","pattern":"[0-9]+"}"#, "`pattern` (it must begin with ^ and end with $)"),
            (#"{"type":"string","pattern":"^\\d+$"}"#, "`pattern` (\\d)"), (#"{"type":"string","pattern":"^(?=a)b$"}"#, "`pattern` (groups"),
            (#"{"type":"string","pattern":"^a$","maxLength":3}"#, "`maxLength`"),
            (#"{"type":"array","items":{},"uniqueItems":true}"#, "`uniqueItems`"), (#"{"type":"array","contains":{"type":"string"}}"#, "`contains`"),
            (#"{"type":"array","items":{"type":"string"},"prefixItems":[{}]}"#, "`prefixItems`"),
            (#"{"type":"array","prefixItems":[{}],"minItems":2}"#, "`minItems`"),
            (#"{"type":"object","patternProperties":{"^x":{}}}"#, "`patternProperties`"),
            (#"{"type":"object","minProperties":1}"#, "`minProperties`"),
            (#"{"type":"object","properties":{"a":{}},"required":["b"]}"#, "`required` for the string \"b\""),
            (#"{"type":"object","required":["b"]}"#, "`required`"), (#"{"not":{"type":"string"}}"#, "`not`"), (#"{"if":{},"then":{}}"#, "`if`"),
            (
                #"{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"number","multipleOf":2}}}}}"#,
                "#/properties/a/properties/b"
            ),
            (##"{"$ref":"#/$defs/A","minLength":3,"$defs":{"A":{"type":"string"}}}"##, "`minLength`"),
            (#"{"anyOf":[{"type":"string"}],"maxLength":3}"#, "`maxLength`"),
            (#"{"type":"object","properties":{"a":{}},"allOf":[{"type":"object"}]}"#, "`allOf`"),
            (#"{"allOf":[{"type":"string"},{"minLength":3}]}"#, "`allOf`"), (#"{"allOf":[{"type":"string"}]}"#, "`allOf`"),
            (#"{"enum":["a","bb"],"minLength":2}"#, "`minLength`"), (#"{"minimum":3}"#, "`minimum`"),
            (##"{"$defs":{"A":{"type":"number","maximum":3}},"$ref":"#/$defs/A"}"##, "#/$defs/A"),
            (#"{"type":["number","null"],"minimum":0}"#, "`minimum`"),
        ] as [(String, String)]) func `what the grammar would leave out is refused by name and place`(json: String, words: String) throws
    {
        let message = try #require(try problem(json))
        #expect(message.contains(words) && message.contains("would be ignored"), "\(message)")
    }

    @Test func `references that grow are given up`() throws {
        // Each definition has the one before it ten times.
        let definitions = (1...8).map { index in
            "\"d\(index)\":{\"type\":\"object\",\"properties\":{\((0..<10).map { "\"p\($0)\":{\"allOf\":[{\"$ref\":\"#/$defs/d\(index - 1)\"}]}" }.joined(separator: ","))}}"
        }
        let json = "{\"$ref\":\"#/$defs/d8\",\"$defs\":{\"d0\":{\"enum\":[1]},\(definitions.joined(separator: ","))}}"
        #expect(try problem(json) == nil, "each definition is looked at once")
    }
}
