using System.Security.Cryptography;

namespace Bartizan.Core.Identity;

/// <summary>
/// The algorithms that a signature may be of. There is no other: nothing that a token says can ask for one.
/// <code>
/// RS256  RSASSA-PKCS1-v1_5, SHA-256   RSA of 2048 to 8192 bits     (RFC 7518, 3.3)
/// PS256  RSASSA-PSS, SHA-256, MGF1    RSA of 2048 to 8192 bits     (RFC 7518, 3.5)
/// ES256  ECDSA, SHA-256               P-256, 64 bytes: r and s     (RFC 7518, 3.4)
/// </code>
/// </summary>
internal static class SigningAlgorithm
{
    public const string Rs256 = "RS256";
    public const string Ps256 = "PS256";
    public const string Es256 = "ES256";

    // INVARIANT: to the letter. Whoever compares without regard to case finds that `nOnE` isn't `none`.
    public static bool IsKnown(string? name) => name is Rs256 or Ps256 or Es256;

    public static bool IsRsa(string name) => name is Rs256 or Ps256;

    public static RSASignaturePadding PaddingOf(string name) =>
        name == Ps256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
}
