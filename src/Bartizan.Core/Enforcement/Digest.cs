using System.Buffers;
using System.Security.Cryptography;

namespace Bartizan.Core.Enforcement;

/// <summary>A SHA-256 digest (FIPS 180-4), 32 bytes, printed as 64 lower-case hexadecimal digits.</summary>
public readonly record struct Digest
{
    /// <summary>The size of a digest in bytes.</summary>
    public const int SizeBytes = 32;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    /// <summary>Digests <paramref name="content"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        SHA256.HashData(content, bytes);
        return FromBytes(bytes);
    }

    /// <summary>Wraps the 32 bytes of a digest made elsewhere.</summary>
    /// <exception cref="ArgumentException">When <paramref name="bytes"/> is not 32 bytes long.</exception>
    public static Digest FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == SizeBytes
            ? new Digest(Convert.ToHexStringLower(bytes))
            : throw new ArgumentException("a digest has 32 bytes", nameof(bytes));

    /// <summary>Reads 64 hexadecimal digits; anything else is no digest.</summary>
    public static bool TryParse(string? text, out Digest digest)
    {
        digest = default;
        if (text is not { Length: 2 * SizeBytes } || text.AsSpan().ContainsAnyExcept(s_digits))
        {
            return false;
        }

        digest = new Digest(text);
        return true;
    }

    /// <summary>The digest as hexadecimal text; empty for <c>default</c>.</summary>
    public override string ToString() => _hex ?? "";
}
