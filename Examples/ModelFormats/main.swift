import ModelFormats
import SystemPackage

// All parts of a model in order. The heads are read and checked; the weights are not.
let parts = CommandLine.arguments.dropFirst().map { FilePath($0) }
let model = try ModelInspection(opening: parts)

print(model.architecture ?? "unknown", model.parameterCount, "parameters")
for share in model.types {
    print(share.type, share.tensors, "tensors", share.bytes, "bytes")
}
if let context = model.contextLength, let bytes = model.memory.bytes(contextLength: context) {
    print(bytes, "bytes of memory with the full context of", context, "tokens")
}
