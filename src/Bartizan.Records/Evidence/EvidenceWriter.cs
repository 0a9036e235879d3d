using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;
using Bartizan.Log.Witnessing;
using Bartizan.Records.Entries;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Evidence;

/// <summary>Makes a bundle of evidence from an instance's files; the instance may run.</summary>
public static class EvidenceWriter
{
    /// <summary>Entries of one bundle: about 40 MB, which a browser still shows.</summary>
    public const int MaxEntries = 20_000;

    /// <summary>Payloads of one bundle together.</summary>
    public const long MaxPayloadBytes = 64L << 20;

    /// <summary>Writes the bundle of a session.</summary>
    /// <exception cref="EvidenceException">When there is no such session, too much of it, or no checkpoint over it yet.</exception>
    /// <exception cref="LogInconsistentException">When the log's files don't hold what its checkpoint covers.</exception>
    public static async Task<EvidenceDocument> WriteAsync(
        string path,
        JournalOptions places,
        SessionId session,
        EvidenceOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(options);
        var leaves = await LeavesAsync(places.LogDirectory, session, cancellationToken).ConfigureAwait(false);
        if (leaves.Count == 0)
        {
            throw new EvidenceException($"the log has no entry of session `{session}`");
        }

        var vkey = (
            await File.ReadAllTextAsync(Path.Combine(places.LogDirectory, "vkey"), cancellationToken)
                .ConfigureAwait(false)
        ).Trim();
        var witnesses = options.WitnessesPath is { } file && File.Exists(file) ? WitnessPolicy.Load(file) : null;
        var (note, size, cosigned) = CheckpointOver(leaves[^1].Index, places.LogDirectory, vkey, witnesses);
        var tree = new TileTree(places.LogDirectory, size);
        var document = new EvidenceDocument
        {
            Format = EvidenceDocument.CurrentFormat,
            Session = session.ToString(),
            Exported = options.Exported,
            Vkey = vkey,
            Checkpoint = note,
            Witnesses = witnesses?.Text,
            Cosigned = cosigned,
            Policy = options.Policy ?? Kept(leaves, options.PoliciesPath),
            Entries =
            [
                .. leaves.Select(leaf => new EvidenceEntry(
                    leaf.Index,
                    leaf.Bytes.ToArray(),
                    [.. InclusionProof.Make(tree, leaf.Index, size).Chunk(TreeHash.SizeBytes)]
                )),
            ],
            Payloads = PayloadsOf(leaves, places, session, options.WithPayloads),
        };
        var files = EvidenceFiles.Of(document);
        if (options.Sign is { } sign)
        {
            var listed = Digest.Of(files[EvidenceFiles.CustodyName]);
            var custody = await sign(listed, cancellationToken).ConfigureAwait(false);
            files = files.SetItem(EvidenceFiles.CustodyNoteName, Encoding.UTF8.GetBytes(custody));
        }

        EvidenceFiles.Write(path, files);
        return document;
    }

    // A session's entries name one policy; after a change of policy the last one.
    private static EvidencePolicy? Kept(List<LogLeaf> leaves, string? directory) =>
        directory is null
            ? null
            : leaves
                .Select(leaf => EntryDecoder.Decode(leaf.Index, leaf.Bytes).Entry.Policy)
                .Where(digest => digest != default)
                .Distinct()
                .Select(new KeptPolicies(directory).Find)
                .LastOrDefault(policy => policy is not null);

    private static async Task<List<LogLeaf>> LeavesAsync(
        string logDirectory,
        SessionId session,
        CancellationToken cancellationToken
    )
    {
        var leaves = new List<LogLeaf>();
        var id = Encoding.ASCII.GetBytes(session.ToString());
        await foreach (
            var leaf in new LogDirectory(logDirectory)
                .ReadAsync(0, long.MaxValue, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            if (EntryGlance.Of(leaf).Session.SequenceEqual(id))
            {
                leaves.Add(new LogLeaf(leaf.Index, leaf.Bytes.ToArray()));
                if (leaves.Count > MaxEntries)
                {
                    throw new EvidenceException($"session `{session}` has more than {MaxEntries} entries");
                }
            }
        }

        return leaves;
    }

    private static (string Note, long Size, bool Cosigned) CheckpointOver(
        long last,
        string logDirectory,
        string vkey,
        WitnessPolicy? witnesses
    )
    {
        if (!NoteVerifier.TryParse(vkey, out var key))
        {
            throw new LogInconsistentException($"`{Path.Combine(logDirectory, "vkey")}` holds no key of a log");
        }

        foreach (var name in (string[])["witnessed", "checkpoint"])
        {
            var path = Path.Combine(logDirectory, name);
            if (
                File.Exists(path)
                && File.ReadAllText(path) is var note
                && Checkpoint.Open(note, key, out _) is { } checkpoint
                && checkpoint.Size > last
            )
            {
                return (
                    note,
                    checkpoint.Size,
                    witnesses is { Quorum: not WitnessPolicy.None } && witnesses.IsMet(note)
                );
            }
        }

        throw new EvidenceException(
            "the session's last entry is under no checkpoint yet: one is a second away while the instance runs"
        );
    }

    private static ImmutableArray<EvidencePayload> PayloadsOf(
        List<LogLeaf> leaves,
        JournalOptions places,
        SessionId session,
        bool include
    )
    {
        var payloads = ImmutableArray.CreateBuilder<EvidencePayload>();
        using var reader = new PayloadReader(places.PayloadDirectory, places.KeyDirectory);
        var bytes = 0L;
        foreach (var leaf in leaves)
        {
            var row = EntryDecoder.Decode(leaf.Index, leaf.Bytes);
            for (var place = 0; place < row.Payloads.Length; place++)
            {
                var reference = row.Payloads[place];
                if (!include)
                {
                    payloads.Add(
                        new EvidencePayload(leaf.Index, place, reference.Role, EvidencePayload.Withheld, null)
                    );
                    continue;
                }

                var opened = reader.OpenSalted(session, reference);
                bytes += opened.Content.Length;
                if (bytes > MaxPayloadBytes)
                {
                    throw new EvidenceException(
                        $"the payloads of session `{session}` are more than {MaxPayloadBytes >> 20} MiB: leave them out"
                    );
                }

                payloads.Add(
                    opened.State == PayloadState.Whole
                        ? new EvidencePayload(
                            leaf.Index,
                            place,
                            reference.Role,
                            EvidencePayload.Included,
                            opened.Content.ToArray()
                        )
                        : new EvidencePayload(
                            leaf.Index,
                            place,
                            reference.Role,
                            opened.State.ToString().ToLowerInvariant(),
                            null
                        )
                );
            }
        }

        return payloads.ToImmutable();
    }
}
