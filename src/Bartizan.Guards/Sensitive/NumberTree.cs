namespace Bartizan.Guards.Sensitive;

/// <summary>The tree of <see cref="NumberMasks"/> laid out flat: a step along it is one look-up.</summary>
internal static class NumberTree
{
    /// <summary>Masks end here.</summary>
    public const byte Ends = 1;

    /// <summary>No mask goes on.</summary>
    public const byte IsLast = 2;

    /// <summary>The group that leads here has letters: they must stand where the masks have some.</summary>
    public const byte HasLetters = 4;

    // Codes of a group's length with digits alone, and after them those with letters; 0 leads nowhere.
    private const int Lengths = NumberScan.MaxGroup + 1;
    private const int Width = 2 * Lengths;

    private static readonly NumberMasks[] _nodes;
    private static readonly ushort[] _next;
    private static readonly byte[] _flags;

    static NumberTree()
    {
        var (nodes, flags, places) = (new List<NumberMasks>(), new List<byte>(), new Dictionary<NumberMasks, ushort>());
        void Lay(NumberMasks node, bool hasLetters)
        {
            if (!places.TryAdd(node, (ushort)nodes.Count))
            {
                return;
            }

            nodes.Add(node);
            var ends = node.Ending.Length > 0 ? Ends : 0;
            flags.Add((byte)(ends | (node.IsEnd ? IsLast : 0) | (hasLetters ? HasLetters : 0)));
            for (var code = 1; code < Width; code++)
            {
                if (Follower(node, code) is { } next)
                {
                    // Below letters both are one.
                    Lay(next, node.Next(code % Lengths, hasLetters: true) == next);
                }
            }
        }

        Lay(NumberMasks.Grow(), hasLetters: false);
        (_nodes, _flags, _next) = ([.. nodes], [.. flags], new ushort[nodes.Count * Width]);
        for (var node = 0; node < _nodes.Length; node++)
        {
            for (var code = 1; code < Width; code++)
            {
                _next[(node * Width) + code] = Follower(_nodes[node], code) is { } next ? places[next] : (ushort)0;
            }
        }
    }

    /// <summary>What a group is to the tree; 0 for one that no number has.</summary>
    public static byte CodeOf(int length, ulong letters) =>
        length > NumberScan.MaxGroup ? (byte)0 : (byte)(length + (letters == 0 ? 0 : Lengths));

    /// <summary>One step on, from 0; 0 when no mask goes on so.</summary>
    public static int Step(int node, byte code) => _next[(node * Width) + code];

    /// <summary>What a node is.</summary>
    public static byte FlagsOf(int node) => _flags[node];

    /// <summary>The masks of a node.</summary>
    public static NumberMasks At(int node) => _nodes[node];

    private static NumberMasks? Follower(NumberMasks node, int code) =>
        code % Lengths == 0 ? null : node.Next(code % Lengths, hasLetters: code >= Lengths);
}
