using System.Text;

namespace Bartizan.Guards.Redactions;

/// <summary>A string of an answer on its way to the client, with values in the place of placeholders.</summary>
internal sealed class RestoredPiece
{
    /// <summary>What it says so far.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Letters of it that may belong to a placeholder, and wait.</summary>
    public int Waiting { get; set; }

    /// <summary>True when something in it came back.</summary>
    public bool IsChanged { get; set; }
}
