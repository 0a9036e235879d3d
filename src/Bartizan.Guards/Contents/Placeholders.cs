using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Guards.Contents;

/// <summary>
/// What stands in the place of what was taken out: its kind and a number, the same for the same value throughout a session. The values
/// aren't kept, only keyed hashes of them.
/// </summary>
internal sealed class Placeholders
{
    /// <summary>Values that are told apart; one more is named by its kind alone.</summary>
    private const int MaxValues = 4096;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>The name of a value.</summary>
    public string Of(string kind, ReadOnlySpan<char> value)
    {
        var hash = Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{kind}\n{value}")));
        lock (_names)
        {
            if (_names.TryGetValue(hash, out var name))
            {
                return name;
            }

            if (_names.Count == MaxValues)
            {
                return $"[{kind}]";
            }

            var number = _counts.GetValueOrDefault(kind) + 1;
            _counts[kind] = number;
            return _names[hash] = $"[{kind}-{number}]";
        }
    }
}
