using Bartizan.Core.Queries;

namespace Bartizan.Gateway.Databases;

/// <summary>A statement as the server knows it.</summary>
/// <param name="name">Its name there, which no other ever has.</param>
/// <param name="statement">What it does; null for a text of nothing.</param>
/// <param name="takes">The types of its values, as far as the agent says them.</param>
internal sealed class Prepared(string name, SqlStatement? statement, int[] takes) : ISized
{
    /// <summary>Of itself, its names and its places in tables.</summary>
    public const int OwnBytes = 1024;

    // What the server may say of its values and columns later: a statement has 1,664 columns at most, and a value is named by two signs.
    private const int ColumnBytes = 4 * 1664;

    private volatile int[] _takes = takes;
    private volatile int[] _gives = [];

    /// <summary>Its name there, which no other ever has.</summary>
    public string Name => name;

    /// <summary>What it does; null for a text of nothing.</summary>
    public SqlStatement? Statement => statement;

    /// <summary>The types of its values: what the agent said, then what the server says; 0 where neither does.</summary>
    public int[] Takes
    {
        get => _takes;
        set => _takes = value;
    }

    /// <summary>The types of its columns, once the server has said them; they never change after that. Empty before.</summary>
    public int[] Gives
    {
        get => _gives;
        set => _gives = value;
    }

    /// <inheritdoc/>
    public long Bytes { get; } =
        OwnBytes
        + ColumnBytes
        + (4L * (statement?.Text.Length ?? 0))
        + (2L * (statement?.Sent.Length ?? 0))
        + (4L * takes.Length);
}
