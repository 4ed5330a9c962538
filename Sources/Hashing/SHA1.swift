#if canImport(CommonCrypto)
    import CommonCrypto
#else
    import COpenSSL
#endif

/// SHA-1 (FIPS 180-4): 20 bytes. Only for git's blob names, because SHA-1 does not resist attacks.
package struct SHA1: HashFunction {
    package static let blockSize = 64

    #if canImport(CommonCrypto)
        private var state = CC_SHA1_CTX()
    #else
        private var state = SHA_CTX()
    #endif

    package init() {
        #if canImport(CommonCrypto)
            CC_SHA1_Init(&state)
        #else
            SHA1_Init(&state)
        #endif
    }

    package mutating func update(bufferPointer bytes: UnsafeRawBufferPointer) {
        #if canImport(CommonCrypto)
            // The library's length parameter has 32 bits.
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
                CC_SHA1_Update(&state, part.baseAddress, CC_LONG(part.count))
                rest = rest.dropFirst(part.count)
            }
        #else
            SHA1_Update(&state, bytes.baseAddress, bytes.count)
        #endif
    }

    package func finalize() -> [UInt8] {
        var last = state
        return [UInt8](unsafeUninitializedCapacity: 20) { space, count in
            #if canImport(CommonCrypto)
                CC_SHA1_Final(space.baseAddress, &last)
            #else
                SHA1_Final(space.baseAddress, &last)
            #endif
            count = 20
        }
    }
}
