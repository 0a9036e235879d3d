using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Contents;

/// <summary>
/// The pieces of one text of a model's request: what is found in it is known again in the next request of the conversation by the names and
/// values that it stands in, whole. What has no one place stands in the whole text.
/// </summary>
/// <param name="request">The request.</param>
/// <param name="channel">Which of its texts.</param>
/// <param name="text">The text.</param>
/// <param name="known">What people have answered; null for nothing.</param>
internal sealed class RequestPieces(ReadOnlyMemory<byte> request, Channel channel, string text, KnownAnswers? known)
{
    // Words that a client puts beside what was read, names and ids, are shorter.
    private const int LeastBlanks = 3;

    private readonly Dictionary<(int First, int Last), Digest> _digests = [];
    private IReadOnlyList<TextSegment>? _segments;

    private IReadOnlyList<TextSegment> Segments => _segments ??= PayloadTexts.SegmentsOf(request, channel);

    /// <summary>The text.</summary>
    public string Text => text;

    /// <summary>True when people have answered something: nothing is left out otherwise.</summary>
    public bool IsAnyKnown => known is not null;

    /// <summary>What people said of a piece; null when it has to be asked about.</summary>
    public ContentAnswer? AnswerTo(HeldPiece piece) => known?.Of(piece);

    /// <summary>A find in the piece that it stands in.</summary>
    public HeldPiece Of(string guard, string kind, int start, int end)
    {
        var (first, last) = Covering(start, end);
        if (!_digests.TryGetValue((first, last), out var digest))
        {
            _digests[(first, last)] = digest = DigestOf(first, last);
        }

        return new HeldPiece(guard, kind, digest, first == last || IsInOnePlace(first, last) ? PlaceOf(first) : "");
    }

    /// <summary>The text with the pieces that some places stand in blanked out, each once.</summary>
    public string Without(IEnumerable<(int Start, int End)> places)
    {
        var left = text.ToCharArray();
        foreach (var (first, last) in places.Select(one => Covering(one.Start, one.End)).Distinct())
        {
            var (begin, stop) = last < 0 ? (0, left.Length) : (Segments[first].Start, Segments[last].End);
            left.AsSpan(begin, stop - begin).Fill(' ');
        }

        return new string(left);
    }

    /// <summary>The text with each longer name or value blanked out that passes.</summary>
    public string Without(string guard, string kind, Func<HeldPiece, bool> passes)
    {
        var left = text.ToCharArray();
        foreach (var one in Segments.Where(IsText).Where(one => passes(Of(guard, kind, one.Start, one.End))))
        {
            left.AsSpan(one.Start, one.End - one.Start).Fill(' ');
        }

        return new string(left);
    }

    /// <summary>The longer names and values that a place stands in.</summary>
    public IReadOnlyList<TextSegment> TextsIn(int start, int end)
    {
        var (first, last) = Covering(start, end);
        return [.. Segments.Skip(first).Take(last - first + 1).Where(IsText)];
    }

    private bool IsText(TextSegment one) => text.AsSpan(one.Start, one.End - one.Start).Count(' ') >= LeastBlanks;

    private bool IsInOnePlace(int first, int last) => last >= 0 && Segments[first].Place == Segments[last].Place;

    private string PlaceOf(int segment) => segment < Segments.Count ? Segments[segment].Place : "";

    // All of them where there is no place, or none that is within the text.
    private (int First, int Last) Covering(int start, int end)
    {
        var last = Segments.Count - 1;
        if (start < 0 || end <= start || end > text.Length || last < 0)
        {
            return (0, last);
        }

        return (IndexAt(start), IndexAt(end - 1));
    }

    private int IndexAt(int place)
    {
        var (low, high) = (0, Segments.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Segments[middle].End <= place)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    // Each after its length, so that no two rows of pieces make the same bytes.
    private Digest DigestOf(int first, int last)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AddText(hash, channel == Channel.User ? "user" : "untrusted");
        for (var at = first; at <= last; at++)
        {
            var (start, end, _) = Segments[at];
            AddText(hash, text.AsSpan(start, end - start));
        }

        return Digest.FromBytes(hash.GetHashAndReset());
    }

    private static void AddText(IncrementalHash hash, ReadOnlySpan<char> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(MemoryMarshal.AsBytes(part));
    }
}
