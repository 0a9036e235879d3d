using System.Text;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Streams;

/// <summary>
/// The end of a text that comes in pieces: what wasn't looked at yet, and enough before it that what is cut in two is seen whole.
/// </summary>
internal sealed class TextTail
{
    /// <summary>Characters before what is new that are looked at with it: any form of sixteen letters of a secret is shorter.</summary>
    private const int MaxBefore = 512;

    private readonly StringBuilder _text = new();
    private readonly List<(long Start, long End)> _places = [];
    private long _origin;
    private int _new;

    /// <summary>Characters so far.</summary>
    public long Length => _origin + _text.Length;

    /// <summary>True when there is something to look at.</summary>
    public bool IsNew => _new > 0;

    /// <summary>What is new, and what is before it.</summary>
    public string Text => _text.ToString();

    /// <summary>Takes the next piece.</summary>
    public void Add(string piece)
    {
        _text.Append(piece);
        _new += piece.Length;
    }

    /// <summary>Looks at what is new; true when something was found that ends in it.</summary>
    public bool Look(SecretIndex? lent)
    {
        var text = _text.ToString();
        var fresh = text.Length - _new;
        _new = 0;
        var found = false;
        if (lent is not null && LentFinder.IsIn(lent, text))
        {
            foreach (var (start, end) in LentFinder.PlacesOf(lent, text))
            {
                if (end > fresh)
                {
                    found = true;
                    Note(_origin + start, _origin + end);
                }
            }
        }

        var gone = Math.Max(0, text.Length - MaxBefore);
        gone -= gone > 0 && char.IsSurrogatePair(text[gone - 1], text[gone]) ? 1 : 0;
        _text.Remove(0, gone);
        _origin += gone;
        return found;
    }

    /// <summary>True when it ends within what may become a credential.</summary>
    public bool IsBegun(SecretIndex? lent) => lent?.IsBegun(Text) == true;

    /// <summary>True when data leaves by an address in what is new, and what is before it.</summary>
    public bool Leaves() => _new > 0 && Leaves(_text.ToString());

    /// <summary>True when data leaves by an address in a text.</summary>
    public static bool Leaves(string text) =>
        text.Contains("://", StringComparison.Ordinal)
        && ContentScan
            .Of(text, Channel.Untrusted, Sought.Exfiltration)
            .Findings.Any(found => found.Confidence >= ContentGuard.SensitiveThreshold);

    /// <summary>A piece without what was found in it; what was found is named where it begins.</summary>
    public string Without(string piece, long start, string name)
    {
        StringBuilder? kept = null;
        var at = start;
        foreach (var (from, to) in _places)
        {
            var (first, last) = (Math.Max(from, at), Math.Min(to, start + piece.Length));
            if (first >= last)
            {
                continue;
            }

            kept ??= new StringBuilder();
            kept.Append(piece, (int)(at - start), (int)(first - at));
            if (from >= start)
            {
                kept.Append(name);
            }

            at = last;
        }

        return kept is null
            ? piece
            : kept.Append(piece, (int)(at - start), (int)(start + piece.Length - at)).ToString();
    }

    private void Note(long start, long end)
    {
        if (_places.Count > 0 && start <= _places[^1].End)
        {
            _places[^1] = (Math.Min(start, _places[^1].Start), Math.Max(end, _places[^1].End));
        }
        else
        {
            _places.Add((start, end));
        }
    }
}
