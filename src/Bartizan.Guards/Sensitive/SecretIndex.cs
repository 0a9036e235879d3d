using System.Security.Cryptography;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Finds known secrets, and pieces of them, in any of their forms. It keeps no secret: only keyed hashes of every stretch of sixteen
/// characters of every form, over which a text is rolled.
/// </summary>
internal sealed class SecretIndex
{
    /// <summary>Characters of a stretch: shorter ones stand in many texts by chance (<c>sk-ant-api03-</c>).</summary>
    private const int Stretch = 16;

    /// <summary>A secret that is shorter can't be told from ordinary text, and isn't looked for.</summary>
    private const int LeastSecret = 6;

    private readonly SortedDictionary<int, HashSet<ulong>> _hashes = [];
    private readonly ulong _base;

    private SecretIndex(ulong @base) => _base = @base;

    /// <summary>Makes one of secrets; they aren't kept.</summary>
    /// <param name="secrets">The secrets.</param>
    /// <param name="before">What is looked for further on: a secret that was revoked was known until then.</param>
    /// <param name="byValue">
    /// True for stretches that stand for sixteen characters of the secret, however long a form makes them: where whoever chooses the text
    /// is told what was found in it, a stretch of two bytes in binary digits would spell the secret out to him.
    /// </param>
    public static SecretIndex Of(IEnumerable<string> secrets, SecretIndex? before = null, bool byValue = false)
    {
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(key);
        var index = new SecretIndex(before?._base ?? (BitConverter.ToUInt64(key) | 1));
        foreach (var (length, hashes) in before?._hashes ?? [])
        {
            index._hashes[length] = [.. hashes];
        }

        foreach (var secret in secrets)
        {
            if (secret.Length >= LeastSecret)
            {
                foreach (var form in SecretForms.Of(secret))
                {
                    index.Add(form, byValue ? (Stretch * form.Length / secret.Length) + 1 : Stretch);
                }
            }
        }

        return index;
    }

    /// <summary>Where the first stretch of a secret ends; -1 when there is none.</summary>
    public int Find(ReadOnlySpan<char> text) => Find(text, null);

    /// <summary>Adds every stretch of a secret, those that touch as one; in the order of their lengths, not of the text.</summary>
    public void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> places) => Find(text, places);

    private int Find(ReadOnlySpan<char> text, List<(int Start, int End)>? places)
    {
        foreach (var (length, hashes) in _hashes)
        {
            if (text.Length < length)
            {
                continue;
            }

            var (hash, oldest) = (0UL, 1UL);
            for (var at = 0; at < length; at++)
            {
                oldest *= _base;
            }

            for (var at = 0; at < text.Length; at++)
            {
                hash = (hash * _base) + Fold(text[at]);
                if (at >= length)
                {
                    hash -= oldest * Fold(text[at - length]);
                }

                if (at < length - 1 || !hashes.Contains(hash))
                {
                    continue;
                }

                if (places is null)
                {
                    return at + 1;
                }

                var start = at + 1 - length;
                if (places.Count > 0 && places[^1] is var last && start <= last.End && start >= last.Start)
                {
                    places[^1] = (last.Start, at + 1);
                }
                else
                {
                    places.Add((start, at + 1));
                }
            }
        }

        return -1;
    }

    private void Add(string form, int stretch)
    {
        var length = Math.Min(stretch, form.Length);
        if (!_hashes.TryGetValue(length, out var hashes))
        {
            _hashes[length] = hashes = [];
        }

        for (var start = 0; start + length <= form.Length; start++)
        {
            var hash = 0UL;
            foreach (var c in form.AsSpan(start, length))
            {
                hash = (hash * _base) + Fold(c);
            }

            hashes.Add(hash);
        }
    }

    private static ulong Fold(char c) => c is >= 'A' and <= 'Z' ? (ulong)(c | 0x20) : c;
}
