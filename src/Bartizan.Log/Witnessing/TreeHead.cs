using Bartizan.Log.Tree;

namespace Bartizan.Log.Witnessing;

/// <summary>The first three lines of a checkpoint (C2SP tlog-checkpoint), read strictly.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">The root, in hexadecimal.</param>
internal sealed record TreeHead(string Origin, long Size, string Root)
{
    public ReadOnlySpan<byte> RootBytes => Convert.FromHexString(Root);

    public static TreeHead? TryRead(string body)
    {
        var lines = body.Split('\n');
        return
            lines.Length >= 4
            && lines[0].Length > 0
            && AddCheckpoint.TryReadSize(lines[1], out var size)
            && ProofText.TryRead([lines[2]], out var root)
            // Extension lines may follow; an empty one would end the text.
            && lines[3..^1].All(line => line.Length > 0)
            ? new TreeHead(lines[0], size, Convert.ToHexStringLower(root))
            : null;
    }
}
