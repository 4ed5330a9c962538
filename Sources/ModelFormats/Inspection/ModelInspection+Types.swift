extension ModelInspection.TypeShare {
    /// Returns the types by their share of the bytes, the largest first.
    static func shares(of tensors: [ModelInspection.Tensor]) -> [Self] {
        Dictionary(grouping: tensors, by: \.type).map { type, tensors in
            Self(type: type, tensors: tensors.count, bytes: tensors.reduce(0) { $0 + $1.bytes })
        }.sorted { ($1.bytes, $0.type) < ($0.bytes, $1.type) }
    }
}
