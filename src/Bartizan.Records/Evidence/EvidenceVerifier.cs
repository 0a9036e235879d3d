using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tree;
using Bartizan.Log.Witnessing;
using Bartizan.Records.Entries;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Evidence;

/// <summary>
/// Verifies a bundle from its file alone, step by step as the page does: custody, key, checkpoint, signatures, each entry's proof, the
/// session's chain, each payload's commitment, the policy's digest, and that the page shows the same.
/// </summary>
public sealed class EvidenceVerifier
{
    private readonly ImmutableArray<EvidenceFault>.Builder _faults = ImmutableArray.CreateBuilder<EvidenceFault>();
    private readonly EvidenceDocument _document;
    private CustodyStatement? _custody;

    private EvidenceVerifier(EvidenceDocument document) => _document = document;

    /// <summary>Verifies a bundle.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="vkey">The log's key from elsewhere; the bundle's own when null, which proves only that the bundle fits itself.</param>
    /// <exception cref="EvidenceException">When the file is no bundle.</exception>
    public static EvidenceVerdict Verify(string path, string? vkey = null)
    {
        var files = EvidenceFiles.Read(path);
        EvidenceDocument document;
        try
        {
            document =
                JsonSerializer.Deserialize<EvidenceDocument>(
                    files.GetValueOrDefault(EvidenceFiles.DocumentName) ?? throw new JsonException("it isn't there"),
                    EvidenceDocument.Json
                ) ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw new EvidenceException($"`{EvidenceFiles.DocumentName}` in `{path}` can't be read: {e.Message}");
        }

        if (document.Format != EvidenceDocument.CurrentFormat)
        {
            throw new EvidenceException(
                $"`{path}` is of the format `{document.Format}`, which this program doesn't read"
            );
        }

        var verifier = new EvidenceVerifier(document);
        verifier.CheckFiles(files);
        var (whole, cosigned) = verifier.Check(vkey);
        verifier.CheckCustody(files);
        return new EvidenceVerdict(
            document.Session,
            document.Exported,
            document.Vkey,
            document.Entries.Length,
            whole,
            cosigned,
            verifier._faults.ToImmutable()
        )
        {
            Custody = verifier._custody,
        };
    }

    private void Add(EvidenceFaultKind kind, string text) => _faults.Add(new EvidenceFault(kind, text));

    // Everything but evidence.json follows from it: what differs was changed.
    private void CheckFiles(Dictionary<string, byte[]> files)
    {
        var expected = EvidenceFiles.Of(_document);
        foreach (var (name, content) in files.Where(file => file.Key != EvidenceFiles.CustodyNoteName))
        {
            if (!expected.TryGetValue(name, out var made))
            {
                Add(EvidenceFaultKind.Custody, $"`{name}` doesn't belong to the bundle");
            }
            else if (!content.AsSpan().SequenceEqual(made))
            {
                var isPage = name == EvidenceFiles.PageName;
                Add(
                    isPage ? EvidenceFaultKind.Page : EvidenceFaultKind.Custody,
                    isPage
                        ? $"`{name}` is not the page that this program makes of the evidence: don't open it"
                        : $"`{name}` is not what follows from `{EvidenceFiles.DocumentName}`"
                );
            }
        }

        foreach (var name in expected.Keys.Where(name => !files.ContainsKey(name)))
        {
            Add(EvidenceFaultKind.Custody, $"`{name}` is missing");
        }
    }

    // By the key that the bundle is held against: a bundle without the note says so, one with a wrong note is wrong.
    private void CheckCustody(Dictionary<string, byte[]> files)
    {
        if (
            !files.TryGetValue(EvidenceFiles.CustodyNoteName, out var note)
            || !files.TryGetValue(EvidenceFiles.CustodyName, out var list)
            || !NoteVerifier.TryParse(_document.Vkey, out var key)
        )
        {
            return;
        }

        var custody = CustodyStatement.Open(Encoding.UTF8.GetString(note), key, out var problem);
        if (custody is null)
        {
            Add(EvidenceFaultKind.Custody, $"`{EvidenceFiles.CustodyNoteName}` {problem}");
        }
        else if (custody.Files != Digest.Of(list) || custody.Session.ToString() != _document.Session)
        {
            Add(EvidenceFaultKind.Custody, $"`{EvidenceFiles.CustodyNoteName}` was signed for another bundle");
        }
        else
        {
            _custody = custody;
        }
    }

    private (int Whole, ImmutableArray<string> Cosigned) Check(string? vkey)
    {
        if (!NoteVerifier.TryParse(_document.Vkey, out var key) || (vkey is not null && vkey.Trim() != _document.Vkey))
        {
            Add(EvidenceFaultKind.Key, "the log's key is none, or not the one that was expected");
            return (0, []);
        }

        if (Checkpoint.Open(_document.Checkpoint, key, out var problem) is not { } checkpoint)
        {
            Add(
                key.Open(_document.Checkpoint, out _) is null
                    ? EvidenceFaultKind.Signature
                    : EvidenceFaultKind.Checkpoint,
                $"the checkpoint {problem}"
            );
            return (0, []);
        }

        var cosigned = CheckWitnesses();
        var rows = CheckEntries(checkpoint);
        CheckPolicy(rows);
        return (CheckPayloads(rows), cosigned);
    }

    private ImmutableArray<string> CheckWitnesses()
    {
        WitnessPolicy? policy = null;
        try
        {
            policy = _document.Witnesses is { } text ? WitnessPolicy.Parse(Encoding.UTF8.GetBytes(text)) : null;
        }
        catch (WitnessPolicyException e)
        {
            Add(EvidenceFaultKind.Signature, $"the witness policy can't be read: {e.Message}");
        }

        if (_document.Cosigned && policy?.IsMet(_document.Checkpoint) != true)
        {
            Add(EvidenceFaultKind.Signature, "the checkpoint lacks cosignatures that the policy asks for");
        }

        return policy is null
            ? []
            : [.. policy.CosignaturesOf(_document.Checkpoint).Select(cosignature => cosignature.Witness.Name)];
    }

    private List<EntryRow> CheckEntries(Checkpoint checkpoint)
    {
        var rows = new List<EntryRow>();
        var root = Convert.FromHexString(checkpoint.Root);
        var hash = new byte[TreeHash.SizeBytes];
        long? previous = null;
        foreach (var entry in _document.Entries)
        {
            TreeHash.Leaf(entry.Leaf, hash);
            byte[] proof = [.. entry.Proof.SelectMany(one => one)];
            if (!InclusionProof.Check(entry.Index, checkpoint.Size, hash, root, proof))
            {
                Add(EvidenceFaultKind.Entry, $"entry {entry.Index}, or its proof, is not what the checkpoint covers");
            }

            EntryRow row;
            try
            {
                row = EntryDecoder.Decode(entry.Index, entry.Leaf);
            }
            catch (InvalidDataException e)
            {
                Add(EvidenceFaultKind.Entry, $"entry {entry.Index} can't be read: {e.Message}");
                previous = entry.Index;
                continue;
            }

            if (row.Entry.Session.ToString() != _document.Session)
            {
                Add(EvidenceFaultKind.Entry, $"entry {entry.Index} belongs to another session");
            }

            if (row.Stamp.Previous != previous)
            {
                Add(EvidenceFaultKind.Gap, $"an entry of the session before entry {entry.Index} is missing");
            }

            previous = entry.Index;
            rows.Add(row);
        }

        return rows;
    }

    private int CheckPayloads(List<EntryRow> rows)
    {
        var said = _document.Payloads.ToLookup(payload => (payload.Entry, payload.Place));
        var whole = 0;
        foreach (var row in rows)
        {
            for (var place = 0; place < row.Payloads.Length; place++)
            {
                if (said[(row.Index, place)].ToList() is not [var payload])
                {
                    Add(
                        EvidenceFaultKind.Payload,
                        $"nothing, or more than one thing, is said of payload {place} of entry {row.Index}"
                    );
                    continue;
                }

                if (payload.State != EvidencePayload.Included)
                {
                    continue;
                }

                if (
                    payload.Content is { Length: >= PayloadStore.SaltBytes } content
                    && PayloadStore.Commit(content) == row.Payloads[place].Commitment
                )
                {
                    whole++;
                }
                else
                {
                    Add(
                        EvidenceFaultKind.Payload,
                        $"payload {place} of entry {row.Index} is not what the entry committed to"
                    );
                }
            }
        }

        if (_document.Payloads.Length != rows.Sum(row => row.Payloads.Length))
        {
            Add(EvidenceFaultKind.Payload, "payloads are here that no entry knows of");
        }

        return whole;
    }

    private void CheckPolicy(List<EntryRow> rows)
    {
        if (_document.Policy is not { } policy)
        {
            return;
        }

        var digest = Digest.FromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(policy.Text)));
        if (digest.ToString() != policy.Digest || rows.TrueForAll(row => row.Entry.Policy != digest))
        {
            Add(EvidenceFaultKind.Policy, "the policy's text is not of a digest that the entries name");
        }
    }
}
