using System.Text;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tree;
using Bartizan.Log.Witnessing;

namespace Bartizan.Log.Tests.Witnessing;

/// <summary>A log in memory, with its key, that can be forked and asked for any checkpoint and proof.</summary>
internal sealed class SmallLog
{
    private readonly LeafHashes _leaves = new();
    private readonly List<string> _texts = [];

    public SmallLog(string origin = "example.com/log", NoteSigner? signer = null) =>
        Signer = signer ?? NoteSigner.Create(origin);

    public NoteSigner Signer { get; }

    public long Size => _leaves.Size;

    public SmallLog Add(params string[] texts)
    {
        var hash = new byte[TreeHash.SizeBytes];
        foreach (var text in texts)
        {
            TreeHash.Leaf(Encoding.UTF8.GetBytes(text), hash);
            _leaves.Append(hash);
            _texts.Add(text);
        }

        return this;
    }

    public SmallLog AddMany(int count) => Add([.. Enumerable.Range((int)Size, count).Select(i => $"entry {i}")]);

    /// <summary>Another log with the same key and the first entries.</summary>
    public SmallLog Fork(int size) => new SmallLog(signer: Signer).Add([.. _texts.Take(size)]);

    public Checkpoint Checkpoint(long? size = null) =>
        new(Signer.Verifier.Name, size ?? Size, Convert.ToHexStringLower(_leaves.Root(size ?? Size)));

    public string Note(long? size = null) => Checkpoint(size).Sign(Signer);

    public AddCheckpoint Request(long old, long? size = null) =>
        new(old, ConsistencyProof.Make(_leaves, old, size ?? Size), Note(size));

    public WitnessPolicy AsPolicy() =>
        WitnessPolicy.Parse(Encoding.UTF8.GetBytes($"log {Signer.Verifier}\nquorum none\n"));
}
