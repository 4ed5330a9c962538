package import RoostCore

/// Another name for a model, with a preset for the requests that use it: an entry of `GET /aliases` and of `aliases.json`.
package struct ModelAlias: Sendable, Hashable {
    /// The name, in the form of a model's name.
    package var name: ModelReference
    /// The model that it stands for.
    package var model: ModelReference
    /// What it adds to requests.
    package var preset: ModelPreset

    /// Creates an alias.
    package init(name: ModelReference, model: ModelReference, preset: ModelPreset = ModelPreset()) {
        self.name = name
        self.model = model
        self.preset = preset
    }
}

extension ModelAlias: Codable {
    private enum CodingKeys: String, CodingKey { case name, model }

    /// Decodes an alias; `system`, `template` and `parameters` stand beside the names.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try ModelReference(parsing: container.decode(String.self, forKey: .name))
        model = try ModelReference(parsing: container.decode(String.self, forKey: .model))
        preset = try ModelPreset(from: decoder)
    }

    /// Encodes an alias.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name.description, forKey: .name)
        try container.encode(model.description, forKey: .model)
        try preset.encode(to: encoder)
    }
}
