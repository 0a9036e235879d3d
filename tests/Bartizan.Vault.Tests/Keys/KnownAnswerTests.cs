using System.Security.Cryptography;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Tests.Keys;

/// <summary>The framework's primitives against their standards' own vectors, and what we make of them against what can be made of those.</summary>
public sealed class KnownAnswerTests
{
    [Fact]
    public void Hkdf_gives_what_rfc_5869_says()
    {
        // Appendix A.1
        var key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            Enumerable.Repeat((byte)0x0b, 22).ToArray(),
            42,
            Convert.FromHexString("000102030405060708090a0b0c"),
            Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9")
        );

        Convert
            .ToHexStringLower(key)
            .ShouldBe("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    }

    [Fact]
    public void Gcm_gives_what_the_vectors_of_its_authors_say()
    {
        // McGrew and Viega, test case 16 (AES-256 with additional data)
        var key = Convert.FromHexString("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        var text = Convert.FromHexString(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        );
        var sealedText = new byte[text.Length];
        var tag = new byte[16];
        using var gcm = new AesGcm(key, 16);
        gcm.Encrypt(
            Convert.FromHexString("cafebabefacedbaddecaf888"),
            text,
            sealedText,
            tag,
            Convert.FromHexString("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        );

        Convert
            .ToHexStringLower(sealedText)
            .ShouldBe(
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            );
        Convert.ToHexStringLower(tag).ShouldBe("76fc6ece0f4e1768cddf8853bb2d551b");
    }

    [Fact]
    public void A_box_is_what_the_standards_make_of_its_parts()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var box = SealedBox.Seal(key, "label"u8, "bound"u8, "the text"u8);
        var own = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, box[..16], "label"u8.ToArray());
        var text = new byte[8];
        using var gcm = new AesGcm(own, 16);

        gcm.Decrypt(box.AsSpan(16, 12), box.AsSpan(28, 8), box.AsSpan(36), text, "bound"u8);

        text.ShouldBe("the text"u8.ToArray());
    }

    [Fact]
    public void Pbkdf2_with_sha_512_gives_what_is_published()
    {
        // The test vectors of RFC 6070 with SHA-512, as published for it: password, salt, 4096 rounds
        Convert
            .ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2("password"u8, "salt"u8, 4096, HashAlgorithmName.SHA512, 64))
            .ShouldBe(
                "d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5"
            );
    }
}
