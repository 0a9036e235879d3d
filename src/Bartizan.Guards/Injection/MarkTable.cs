using System.Buffers;

namespace Bartizan.Guards.Injection;

/// <summary>Marks of roles, laid out for one reading of a text.</summary>
internal sealed class MarkTable(IEnumerable<string> tokens, IEnumerable<string> marks)
{
    /// <summary>Tokens that nothing but a template holds.</summary>
    public string[] Tokens { get; } = [.. tokens];

    /// <summary>Words and tags that ordinary texts hold, too.</summary>
    public string[] Marks { get; } = [.. marks];

    /// <summary>Finds any token.</summary>
    public SearchValues<string> AnyToken { get; } =
        SearchValues.Create([.. tokens], StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds any mark.</summary>
    public SearchValues<string> AnyMark { get; } = SearchValues.Create([.. marks], StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds those without brackets: most texts have none, and need no other.</summary>
    public SearchValues<string> BareMark { get; } =
        SearchValues.Create([.. marks.Where(mark => mark[0] is not ('<' or '['))], StringComparison.OrdinalIgnoreCase);
}
