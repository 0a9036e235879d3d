using System.Text.Json;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Tests;

public sealed class TreeTests
{
    [Fact]
    public void Roots_are_those_of_the_reference_implementation()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Conformance("tree.json")));
        var tree = new CompactRange();
        Convert.ToHexStringLower(tree.Root()).ShouldBe(vectors.RootElement.GetProperty("empty").GetString());
        var hash = new byte[TreeHash.SizeBytes];
        foreach (
            var (leaf, root) in vectors
                .RootElement.GetProperty("leaves")
                .EnumerateArray()
                .Zip(vectors.RootElement.GetProperty("roots").EnumerateArray())
        )
        {
            TreeHash.Leaf(Convert.FromHexString(leaf.GetString()!), hash);
            tree.Append(hash);
            Convert.ToHexStringLower(tree.Root()).ShouldBe(root.GetString());
        }
    }

    [Fact]
    public void An_edge_taken_over_goes_on_to_the_same_roots()
    {
        var hash = new byte[TreeHash.SizeBytes];
        var whole = new CompactRange();
        for (var i = 0; i < 200; i++)
        {
            var continued = new CompactRange(whole.Size, whole.Subtrees);
            TreeHash.Leaf([(byte)i], hash);
            whole.Append(hash);
            continued.Append(hash);
            continued.Root().ShouldBe(whole.Root());
            continued.Root().ShouldBe(Recursive(0, i + 1));
        }
    }

    [Fact]
    public void A_note_signed_elsewhere_verifies_and_a_changed_one_does_not()
    {
        NoteVerifier
            .TryParse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", out var key)
            .ShouldBeTrue();
        const string Note =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
            + "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

        key.Open(Note, out _).ShouldStartWith("If you think");
        key.Open(Note.Replace("know", "knew"), out var problem).ShouldBeNull();
        problem.ShouldContain("no valid signature");
        NoteVerifier
            .TryParse("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", out _)
            .ShouldBeFalse();
    }

    [Fact]
    public void A_signed_checkpoint_opens_with_its_own_key_only()
    {
        var signer = NoteSigner.Create("example.org/log");
        var note = new Checkpoint("example.org/log", 7, new string('a', 64)).Sign(signer);

        Checkpoint
            .Open(note, signer.Verifier, out _)
            .ShouldBe(new Checkpoint("example.org/log", 7, new string('a', 64)));
        Checkpoint.Open(note.Replace("\n7\n", "\n8\n"), signer.Verifier, out _).ShouldBeNull();
        Checkpoint.Open(note, NoteSigner.Create("example.org/log").Verifier, out _).ShouldBeNull();
        $"{signer}".ShouldNotContain("PRIVATE");
    }

    internal static string Conformance(string name)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Bartizan.slnx")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory.FullName, "conformance", "log", name);
    }

    // RFC 6962 section 2.1 as it is written: the specification that the edge is held against.
    private static byte[] Recursive(int from, int to)
    {
        var hash = new byte[TreeHash.SizeBytes];
        if (to - from == 1)
        {
            TreeHash.Leaf([(byte)from], hash);
            return hash;
        }

        var split = 1;
        while (split * 2 < to - from)
        {
            split *= 2;
        }

        TreeHash.Node(Recursive(from, from + split), Recursive(from + split, to), hash);
        return hash;
    }
}
