import ModelFormats
import RoostCore

/// Finds the parts of a JSON schema that llama-server ignores without a word when it makes a grammar of it. An answer that
/// breaks them would look right, so such a schema is refused with the name of the keyword.
///
/// It decides the kind of each schema as llama.cpp's `common/json-schema.cpp` does (build 11312): by `$ref`, then
/// `oneOf` or `anyOf`, `const`, `enum`, the type, and without a type by the other keywords. Each kind honours some
/// keywords. A keyword that says nothing about a value of the kind, such as `minLength` about a number, is no loss; so
/// are descriptions and words that JSON Schema does not know.
struct SchemaSupport {
    /// A schema whose answers could break it.
    private struct Problem: Error {
        let place: String
        let why: String
    }

    /// The most schemas and members that are looked at, those that are reached on several ways again and again.
    private static let mostSteps = 20_000

    private let root: JSONValue
    private var steps = 0

    init(_ root: JSONValue) { self.root = root }

    /// Refuses a schema with an ignored part.
    ///
    /// - Parameter name: The name of the field.
    /// - Throws: `RoostError` with code `invalidRequest` that names the keyword and its place.
    func check(_ name: String) throws {
        var copy = self
        do {
            try copy.visit(root, at: "#")
        } catch let problem as Problem {
            throw RoostError(
                .invalidRequest,
                "`\(name)` cannot be enforced: \(problem.why) at \(problem.place.quotedForPeople) would be ignored, so answers could break it. Leave it out and check the answers yourself; where the API has `strict`, `strict`: false does without the check.",
                field: name)
        }
    }
}

// MARK: - Kinds of schemas

extension SchemaSupport {
    private mutating func step(_ count: Int, at place: String) throws {
        steps += count
        guard steps <= Self.mostSteps else { throw Problem(place: place, why: "what is so large") }
    }

    private mutating func visit(_ schema: JSONValue, at place: String) throws {
        try step(1, at: place)
        // A schema that is no object is refused by the engine.
        guard schema.members != nil else { return }
        try visitDefinitions(of: schema, at: place)
        if schema["$ref"] != nil { return try refuse(Self.assertions, in: schema, at: place, except: ["$ref"]) }
        if let key = ["oneOf", "anyOf"].first(where: { schema[$0] != nil }) {
            try refuse(Self.assertions, in: schema, at: place, except: [key])
            return try visitAll(schema[key], at: "\(place)/\(key)")
        }
        if let types = schema["type"]?.elements {
            var seen: Set<String?> = []
            for type in types.map(\.string) where seen.insert(type).inserted { try visit(schema, as: type, at: place) }
        } else {
            try visit(schema, as: schema["type"]?.string, at: place)
        }
    }

    private mutating func visit(_ schema: JSONValue, as type: String?, at place: String) throws {
        try step((schema.members?.count ?? 0) + (schema["required"]?.list.count ?? 0), at: place)
        // What a fixed value breaks, it breaks always.
        if schema["const"] != nil { return }
        if schema["enum"] != nil { return try refuse(Self.assertions, in: schema, at: place, except: ["enum", "type"]) }
        let hasProperties = schema["properties"] != nil || schema["additionalProperties"].map { $0.bool != true } ?? false
        let isAllOf = schema["allOf"] != nil && !((type == nil || type == "object") && hasProperties)
        if isAllOf, type == nil || type == "object" || type == "string" { return try visitAllOf(schema, at: place) }
        try refuse(["allOf", "not", "if", "then", "else", "$dynamicRef", "$recursiveRef"], in: schema, at: place)
        switch type {
        case "object": try visitObject(schema, at: place)
        case "array": try visitArray(schema, at: place)
        case "string": try visitString(schema, at: place)
        case "integer": try visitInteger(schema, at: place)
        case "number": try refuse(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"], in: schema, at: place)
        case "boolean", "null": break
        case nil where hasProperties: try visitObject(schema, at: place)
        case nil where schema["items"] != nil || schema["prefixItems"] != nil: try visitArray(schema, at: place)
        case nil where ["pattern", "minLength", "maxLength"].contains { schema[$0] != nil } || isKnownFormat(schema["format"]):
            try visitString(schema, at: place)
        case nil: try refuse(Self.assertions, in: schema, at: place)
        // The engine refuses an unknown type.
        default: break
        }
    }

    private mutating func visitObject(_ schema: JSONValue, at place: String) throws {
        try refuse(Self.ofObjects, in: schema, at: place)
        let names = Set((schema["properties"]?.members).map { $0.compactMap(\.key.string) } ?? [])
        if let missing = schema["required"]?.list.first(where: { !names.contains($0.string ?? "") }) {
            throw Problem(place: place, why: "`required` for \(missing.describedForPeople), which is not in `properties`,")
        }
        if let members = schema["properties"]?.members {
            for (key, value) in members { try visit(value, at: "\(place)/properties/\(key.string ?? "")") }
        }
        if let additional = schema["additionalProperties"] { try visit(additional, at: "\(place)/additionalProperties") }
    }

    private mutating func visitArray(_ schema: JSONValue, at place: String) throws {
        try refuse(Self.ofArrays, in: schema, at: place, except: schema["uniqueItems"]?.bool == false ? ["uniqueItems"] : [])
        if schema["items"] != nil { try refuse(["prefixItems"], in: schema, at: place) }
        guard let key = ["items", "prefixItems"].first(where: { schema[$0] != nil }), let items = schema[key] else { return }
        guard let tuple = items.elements else {
            try refuse(["additionalItems"], in: schema, at: place)
            return try visit(items, at: "\(place)/\(key)")
        }
        // The grammar has exactly these elements.
        if let least = schema["minItems"]?.int, least > tuple.count { throw Problem(place: place, why: "`minItems`") }
        if let most = schema["maxItems"]?.int, most < tuple.count { throw Problem(place: place, why: "`maxItems`") }
        for (index, item) in tuple.enumerated() { try visit(item, at: "\(place)/\(key)/\(index)") }
    }

    private func visitString(_ schema: JSONValue, at place: String) throws {
        if let pattern = schema["pattern"]?.string, !pattern.isEmpty {
            try refuse(["minLength", "maxLength", "format"], in: schema, at: place)
            if let why = PatternSupport.problem(of: pattern) { throw Problem(place: place, why: "`pattern` (\(why))") }
        } else if let format = schema["format"] {
            guard isKnownFormat(format) else { throw Problem(place: place, why: "`format` \(format.describedForPeople)") }
            try refuse(["minLength", "maxLength"], in: schema, at: place)
        }
    }

    private func visitInteger(_ schema: JSONValue, at place: String) throws {
        if schema["multipleOf"]?.int != 1 { try refuse(["multipleOf"], in: schema, at: place) }
        if schema["minimum"] != nil { try refuse(["exclusiveMinimum"], in: schema, at: place) }
        if schema["maximum"] != nil { try refuse(["exclusiveMaximum"], in: schema, at: place) }
    }

    /// `allOf` becomes one object with the properties of its parts, or a choice of the values that all parts have.
    private mutating func visitAllOf(_ schema: JSONValue, at place: String) throws {
        try refuse(Self.assertions, in: schema, at: place, except: ["allOf", "type"])
        for (index, part) in (schema["allOf"]?.list ?? []).enumerated() {
            let inner = "\(place)/allOf/\(index)"
            try visit(part, at: inner)
            let target = resolved(part)
            let isObject = target?["properties"] != nil && target?["additionalProperties"].map { $0.bool == false } ?? true
            guard let target, target["$ref"] == nil, isObject || target["enum"] != nil, target["anyOf"] == nil, target["oneOf"] == nil else {
                throw Problem(place: inner, why: "a part of `allOf` that is neither an object with `properties` nor an `enum`")
            }
        }
    }

    private mutating func visitAll(_ schemas: JSONValue?, at place: String) throws {
        for (index, schema) in (schemas?.list ?? []).enumerated() { try visit(schema, at: "\(place)/\(index)") }
    }

    /// Schemas that only references reach.
    private mutating func visitDefinitions(of schema: JSONValue, at place: String) throws {
        for key in ["$defs", "definitions"] {
            guard let members = schema[key]?.members else { continue }
            for (name, value) in members { try visit(value, at: "\(place)/\(key)/\(name.string ?? "")") }
        }
    }

    /// The schema that a reference into the same document stands for, or the schema itself.
    private func resolved(_ schema: JSONValue) -> JSONValue? {
        guard let reference = schema["$ref"]?.string else { return schema }
        guard reference.hasPrefix("#/") else { return nil }
        var target: JSONValue? = root
        for part in reference.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            guard let value = target else { return nil }
            target = value[String(part)] ?? Int(part).flatMap { value.list.indices.contains($0) ? value.list[$0] : nil }
        }
        return target
    }

    private func isKnownFormat(_ format: JSONValue?) -> Bool {
        ["date", "time", "date-time", "uuid", "uuid1", "uuid2", "uuid3", "uuid4", "uuid5"].contains(format?.string)
    }

    private func refuse(_ keywords: Set<String>, in schema: JSONValue, at place: String, except allowed: Set<String> = []) throws {
        guard let members = schema.members else { return }
        for (key, _) in members {
            guard let key = key.string, keywords.contains(key), !allowed.contains(key) else { continue }
            throw Problem(place: place, why: "`\(key)`")
        }
    }
}

// MARK: - Keywords

extension SchemaSupport {
    private static let ofObjects: Set<String> = [
        "patternProperties", "propertyNames", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "dependencies",
        "unevaluatedProperties",
    ]

    private static let ofArrays: Set<String> = ["uniqueItems", "contains", "minContains", "maxContains", "unevaluatedItems"]

    /// All keywords that can make a value invalid (JSON Schema 2020-12 and older drafts).
    private static let assertions: Set<String> = ofObjects.union(ofArrays).union([
        "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength",
        "pattern", "format", "maxItems", "minItems", "items", "prefixItems", "additionalItems", "required", "properties",
        "additionalProperties", "if", "then", "else", "allOf", "anyOf", "oneOf", "not", "$ref", "$dynamicRef", "$recursiveRef",
    ])
}
