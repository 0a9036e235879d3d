using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Approvals;

/// <summary>
/// One thing that a guard asks about in content that comes again with every request of a conversation: which guard found what, in exactly
/// which text. Two that are equal but for their place are the same thing.
/// </summary>
/// <param name="Guard">Which guard, with its version and its channel.</param>
/// <param name="Kind">What it found.</param>
/// <param name="Content">The digest of the text that it was found in, whole.</param>
/// <param name="Place">Where that stands, as the wire format has it: <c>messages[2].content[0]</c>; empty for no one place.</param>
public sealed record HeldPiece(string Guard, string Kind, Digest Content, string Place)
{
    private const int MaxPlaces = 4;

    /// <summary>What an agent is told that people refused something: where it stands, and how the conversation can go on.</summary>
    public static string Advice(IEnumerable<HeldPiece> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var places = pieces
            .Select(one => one.Place)
            .Where(one => one.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var shown = string.Join(", ", places.Take(MaxPlaces).Select(one => $"`{one}`"));
        return places.Count == 0
            ? "it goes on without what was refused: begin a new conversation"
            : $"it stands in {shown}{(places.Count > MaxPlaces ? $" and {places.Count - MaxPlaces} more places" : "")}; the "
                + "conversation goes on without it: go back to before it, or begin a new one";
    }
}
