using System.Text.Json;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Tests;

public sealed class ProofTests
{
    /// <summary>Two full levels of a tile's subtree and every shape of a right edge; all pairs are tried.</summary>
    private const int MaxTree = 130;

    private static readonly LeafHashes s_tree = TreeOf(MaxTree);

    [Fact]
    public void Proofs_are_those_of_the_reference_implementation()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(TreeTests.Conformance("tree.json")));
        var root = vectors.RootElement;
        var tree = new LeafHashes();
        foreach (var leaf in root.GetProperty("leaves").EnumerateArray())
        {
            tree.Append(HashOf(Convert.FromHexString(leaf.GetString()!)));
        }

        foreach (var vector in root.GetProperty("inclusion").EnumerateArray())
        {
            var (index, size) = (vector.GetProperty("index").GetInt64(), vector.GetProperty("size").GetInt64());
            Hex(InclusionProof.Make(tree, index, size)).ShouldBe(Hex(vector));
        }

        foreach (var vector in root.GetProperty("consistency").EnumerateArray())
        {
            var (older, newer) = (vector.GetProperty("older").GetInt64(), vector.GetProperty("newer").GetInt64());
            Hex(ConsistencyProof.Make(tree, older, newer)).ShouldBe(Hex(vector));
        }
    }

    [Fact]
    public void Every_leaf_of_every_small_tree_is_proven_and_no_other_is()
    {
        for (var size = 1; size <= MaxTree; size++)
        {
            var root = s_tree.Root(size);
            for (var index = 0; index < size; index++)
            {
                var proof = InclusionProof.Make(s_tree, index, size);
                InclusionProof.Check(index, size, Leaf(index), root, proof).ShouldBeTrue();

                InclusionProof.Check(index, size, Leaf(index + 1), root, proof).ShouldBeFalse();
                InclusionProof.Check(index, size, Leaf(index), s_tree.Root(size - 1), proof).ShouldBeFalse();
                InclusionProof
                    .Check(index, size, Leaf(index), root, (byte[])[.. proof, .. new byte[TreeHash.SizeBytes]])
                    .ShouldBeFalse();
                if (proof.Length > 0)
                {
                    var at = (index * 31 + size) % proof.Length;
                    proof[at] ^= 1;
                    InclusionProof.Check(index, size, Leaf(index), root, proof).ShouldBeFalse();
                    proof[at] ^= 1;
                    InclusionProof
                        .Check(index, size, Leaf(index), root, proof.AsSpan(TreeHash.SizeBytes))
                        .ShouldBeFalse();
                    InclusionProof.Check((index + 1) % size, size, Leaf(index), root, proof).ShouldBeFalse();
                }
            }
        }
    }

    [Fact]
    public void Every_small_tree_is_proven_to_continue_every_older_one_and_no_other()
    {
        for (var newer = 0; newer <= MaxTree; newer++)
        {
            var newerRoot = s_tree.Root(newer);
            for (var older = 0; older <= newer; older++)
            {
                var olderRoot = s_tree.Root(older);
                var proof = ConsistencyProof.Make(s_tree, older, newer);
                ConsistencyProof.Check(older, newer, olderRoot, newerRoot, proof).ShouldBeTrue();
                proof.Length.ShouldBeLessThanOrEqualTo(ConsistencyProof.MaxHashes * TreeHash.SizeBytes);

                ConsistencyProof.Check(older, newer, Leaf(older), newerRoot, proof).ShouldBeFalse();
                ConsistencyProof
                    .Check(older, newer, olderRoot, newerRoot, (byte[])[.. proof, .. new byte[TreeHash.SizeBytes]])
                    .ShouldBeFalse();
                if (older > 0)
                {
                    ConsistencyProof.Check(older, newer, olderRoot, Leaf(newer), proof).ShouldBeFalse();
                }

                if (proof.Length > 0)
                {
                    var at = (older * 31 + newer) % proof.Length;
                    proof[at] ^= 1;
                    ConsistencyProof.Check(older, newer, olderRoot, newerRoot, proof).ShouldBeFalse();
                    proof[at] ^= 1;
                    ConsistencyProof
                        .Check(older, newer, olderRoot, newerRoot, proof.AsSpan(TreeHash.SizeBytes))
                        .ShouldBeFalse();
                }
            }
        }
    }

    [Fact]
    public void A_tree_with_one_leaf_changed_continues_no_older_one()
    {
        for (var changed = 0; changed < 40; changed++)
        {
            var forged = new LeafHashes();
            for (var i = 0; i < MaxTree; i++)
            {
                forged.Append(Leaf(i == changed ? 1000 : i));
            }

            for (var older = changed + 1; older < MaxTree; older++)
            {
                var proof = ConsistencyProof.Make(forged, older, MaxTree);
                ConsistencyProof.Check(older, MaxTree, s_tree.Root(older), forged.Root(MaxTree), proof).ShouldBeFalse();
            }
        }
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    public void Outside_of_its_tree_nothing_is_proven(int index, int size)
    {
        Should.Throw<ArgumentOutOfRangeException>(() => InclusionProof.Make(s_tree, index, size));
        InclusionProof.Check(index, size, Leaf(0), s_tree.Root(5), []).ShouldBeFalse();
    }

    [Fact]
    public void Lines_of_a_proof_read_back_and_only_as_they_are_written()
    {
        var proof = InclusionProof.Make(s_tree, 77, MaxTree);
        var lines = ProofText.Write(proof).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(proof.Length / TreeHash.SizeBytes);
        ProofText.TryRead(lines, out var read).ShouldBeTrue();
        read.ShouldBe(proof);

        ProofText.TryRead([lines[0][..^4]], out _).ShouldBeFalse();
        ProofText.TryRead([lines[0] + " "], out _).ShouldBeFalse();
        ProofText.TryRead([" " + lines[0]], out _).ShouldBeFalse();
        // The last character of 43 carries two bits that no byte has: set, they would be a second text for one hash.
        ProofText.TryRead([lines[0][..^2] + (char)(lines[0][^2] + 1) + "="], out _).ShouldBeFalse();
        ProofText.TryRead(Enumerable.Repeat(lines[0], ProofText.MaxLines + 1).ToArray(), out _).ShouldBeFalse();
    }

    private static LeafHashes TreeOf(int size)
    {
        var tree = new LeafHashes();
        for (var i = 0; i < size; i++)
        {
            tree.Append(Leaf(i));
        }

        return tree;
    }

    private static byte[] Leaf(int i) => HashOf([(byte)i, (byte)(i >> 8)]);

    private static byte[] HashOf(byte[] leaf)
    {
        var hash = new byte[TreeHash.SizeBytes];
        TreeHash.Leaf(leaf, hash);
        return hash;
    }

    private static IEnumerable<string> Hex(JsonElement vector) =>
        vector.GetProperty("proof").EnumerateArray().Select(hash => hash.GetString()!);

    private static IEnumerable<string> Hex(byte[] proof) =>
        proof.Chunk(TreeHash.SizeBytes).Select(hash => Convert.ToHexStringLower(hash));
}
