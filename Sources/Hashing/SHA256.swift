#if canImport(CommonCrypto)
    import CommonCrypto
#else
    import COpenSSL
#endif

/// SHA-256 (FIPS 180-4): 32 bytes.
package struct SHA256: HashFunction {
    package static let blockSize = 64

    #if canImport(CommonCrypto)
        private var state = CC_SHA256_CTX()
    #else
        private var state = SHA256_CTX()
    #endif

    package init() {
        #if canImport(CommonCrypto)
            CC_SHA256_Init(&state)
        #else
            SHA256_Init(&state)
        #endif
    }

    package mutating func update(bufferPointer bytes: UnsafeRawBufferPointer) {
        #if canImport(CommonCrypto)
            // The library's length parameter has 32 bits.
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
                CC_SHA256_Update(&state, part.baseAddress, CC_LONG(part.count))
                rest = rest.dropFirst(part.count)
            }
        #else
            SHA256_Update(&state, bytes.baseAddress, bytes.count)
        #endif
    }

    package func finalize() -> [UInt8] {
        var last = state
        return [UInt8](unsafeUninitializedCapacity: 32) { space, count in
            #if canImport(CommonCrypto)
                CC_SHA256_Final(space.baseAddress, &last)
            #else
                SHA256_Final(space.baseAddress, &last)
            #endif
            count = 32
        }
    }
}
