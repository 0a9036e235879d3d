using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// The keys of programs that call. Only their digests are known here, and each that is presented is compared with all of them in the same
/// time, whichever it is.
/// </summary>
internal sealed class CallerKeys
{
    /// <summary>Shorter ones can be guessed from the digest that stands in the manifest.</summary>
    public const int MinLength = 32;

    /// <summary>Longer ones are nobody's.</summary>
    public const int MaxLength = 512;

    private readonly ImmutableArray<(string Name, byte[] Digest)> _keys;

    public CallerKeys(IEnumerable<KeyValuePair<string, Digest>> keys) =>
        _keys = [.. keys.Select(key => (key.Key, Convert.FromHexString(key.Value.ToString())))];

    /// <summary>The name of the program whose key it is; null for any other text.</summary>
    public string? Find(string presented)
    {
        if (presented.Length is < MinLength or > MaxLength)
        {
            return null;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(MaxLength);
        try
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(bytes.AsSpan(0, Encoding.Latin1.GetBytes(presented, bytes)), digest);
            string? found = null;
            foreach (var (name, known) in _keys)
            {
                found = CryptographicOperations.FixedTimeEquals(known, digest) ? name : found;
            }

            return found;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
