using System.Security.Cryptography;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Finds known secrets, and long pieces of them, in any of their forms. It keeps no secret: only keyed hashes of stretches of every form,
/// over which a text is rolled.
/// <code>
/// sk-ant-api03-Zq8LmT4xWv2RbKd7Nh5Yc1Pg      a secret, 32 characters
///              └──────────────┘              what everybody knows is left off
///                 └─ 16 ─┘ …                 a stretch stands for twelve to sixteen characters of it, in every form
///              ├─ at least 8 ─┤├──────       before the next begins
/// </code>
/// INVARIANT: whoever may choose a text and is told whether it was found learns, for each right guess, eight characters at least that he
/// had to guess at once. Stretches at every place would tell one letter after the other to who knows fifteen; stretches of sixteen
/// characters of a form would tell two bytes at a time in binary digits.
/// </summary>
internal sealed class SecretIndex
{
    /// <summary>Characters of a secret that a stretch stands for: shorter ones stand in many texts by chance.</summary>
    private const int Stretch = 16;

    /// <summary>Characters of it between the beginnings of two stretches, at least.</summary>
    private const int Fresh = 8;

    /// <summary>A secret that is shorter can't be told from ordinary text, and isn't looked for.</summary>
    private const int LeastSecret = 6;

    /// <summary>What a stream holds back anyway; what is longer shows its first half before all of it is there.</summary>
    private const int HeldAnyway = 32;

    // Each is three quarters of the next or more: few lengths to look for, and none stands for less than twelve characters.
    private static readonly int[] _lengths = [16, 21, 28, 37, 49, 65, 86, 114, 152, 202, 269, 358, 477];

    private readonly ulong _base;
    private readonly StretchTable _told;
    private readonly StretchTable _begun;

    private SecretIndex(SecretIndex? before)
    {
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(key);
        _base = before?._base ?? (BitConverter.ToUInt64(key) | 1);
        _told = before is null ? new StretchTable(_base) : new StretchTable(before._told);
        _begun = before is null ? new StretchTable(_base) : new StretchTable(before._begun);
    }

    /// <summary>Makes one of secrets; they aren't kept.</summary>
    /// <param name="secrets">The secrets.</param>
    /// <param name="before">What is looked for further on: a secret that was revoked was known until then.</param>
    /// <param name="isKnown">
    /// True where whoever chooses the text knows them anyway, a mark in his own prompt: then every piece of sixteen characters is found.
    /// </param>
    /// <param name="isDense">
    /// True where whoever is told counts how often: then every piece of sixteen characters that nobody knows is found.
    /// </param>
    public static SecretIndex Of(
        IEnumerable<string> secrets,
        SecretIndex? before = null,
        bool isKnown = false,
        bool isDense = false
    )
    {
        var index = new SecretIndex(before);
        foreach (var secret in secrets)
        {
            if (secret.Length >= LeastSecret)
            {
                var known = isKnown ? default : (Start: SecretStart.Of(secret), End: SecretStart.EndOf(secret));
                known = secret.Length - known.Start - known.End < LeastSecret ? default : known;
                foreach (var form in SecretForms.Of(secret))
                {
                    index.Add(form, secret.Length, known, isKnown || isDense);
                }
            }
        }

        index._told.Freeze();
        index._begun.Freeze();
        return index;
    }

    /// <summary>Where the first stretch of a secret ends; -1 when there is none.</summary>
    public int Find(ReadOnlySpan<char> text) => _told.Find(text);

    /// <summary>Adds the place of every secret of which a stretch is there, as long as all of it would be.</summary>
    public void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> places)
    {
        var first = places.Count;
        _told.FindAll(text, places);
        for (var at = first; at < places.Count; at++)
        {
            places[at] = (Math.Max(0, places[at].Start), Math.Min(text.Length, places[at].End));
        }
    }

    /// <summary>
    /// True when a text ends within what may become a stretch: eight characters of a secret at least stand there, in a form that takes more
    /// room than a stream holds back anyway.
    /// </summary>
    public bool IsBegun(ReadOnlySpan<char> text)
    {
        var end = text[Math.Max(0, text.Length - StretchTable.MaxLength)..];
        var length = end.Length;
        var places = new List<(int Start, int End)>();
        _begun.FindAll(end, places);
        return places.Any(place => place.End > length);
    }

    // Stretches are spread evenly over what nobody knows of a form, from its beginning to its end.
    private void Add(SecretForm form, int secret, (int Start, int End) known, bool isDense)
    {
        var text = form.Text;
        var (first, last) = form.IsBackwards ? (known.End, known.Start) : known;
        var from = ((first * text.Length) + secret - 1) / secret;
        var to = text.Length - (((last * text.Length) + secret - 1) / secret);
        var left = secret - known.Start - known.End;
        var length = to - from;
        var count = 1;
        if (left >= Stretch)
        {
            var room = Math.Min(Stretch * text.Length / secret, length);
            length = _lengths.LastOrDefault(one => one <= room, room);
            count = isDense ? to - from - length + 1 : ((left - Stretch) / Fresh) + 1;
        }

        if (length is < 1 or > StretchTable.MaxLength)
        {
            return;
        }

        for (var at = 0; at < count; at++)
        {
            var start = from + (count == 1 ? 0 : (int)((long)(to - from - length) * at / (count - 1)));
            _told.Add(text, start, length, text.Length);
            if (left >= Stretch && length > HeldAnyway)
            {
                _begun.Add(text, start, length * 2 / 3, start + length);
            }
        }
    }
}
