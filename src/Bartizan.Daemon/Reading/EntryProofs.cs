using System.Globalization;
using Bartizan.Client.Records;
using Bartizan.Log;
using Bartizan.Log.Proofs;
using Bartizan.Log.Witnessing;

namespace Bartizan.Daemon.Reading;

/// <summary>
/// Proves entries to people who look at them: makes the proof from the log's files and holds it against the log's key, as
/// <c>bartizan log prove</c> does. Nothing is called proven that the check has not seen.
/// </summary>
/// <param name="directory">The log's directory.</param>
/// <param name="witnesses">Who must have co-signed; null for a log without witnesses.</param>
internal sealed class EntryProofs(string directory, WitnessPolicy? witnesses)
{
    private const string Witnessed = "witnessed";
    private const string Signed = "signed";
    private const string Pending = "pending";
    private const string Broken = "broken";

    /// <summary>The same rows, each with what came of proving it.</summary>
    public async Task<IReadOnlyList<LogRow>> MarkAsync(IReadOnlyList<LogRow> rows, CancellationToken cancellationToken)
    {
        LogProver prover;
        try
        {
            prover = LogProver.Open(directory);
        }
        catch (LogInconsistentException)
        {
            return [.. rows.Select(row => row with { Proof = Pending })];
        }

        var marked = new List<LogRow>(rows.Count);
        foreach (var row in rows)
        {
            marked.Add(
                row with
                {
                    Proof = await WordAsync(prover, row.Index, cancellationToken).ConfigureAwait(false),
                }
            );
        }

        return marked;
    }

    /// <summary>One entry's proof, told whole.</summary>
    public async Task<ProofReply> ProveAsync(LogRow row, CancellationToken cancellationToken)
    {
        try
        {
            var prover = LogProver.Open(directory);
            var proof = await prover.ProveAsync(row.Index, withEntry: true, cancellationToken).ConfigureAwait(false);
            return proof is null ? Uncovered(row, prover) : Told(row, prover, proof);
        }
        catch (LogInconsistentException e)
        {
            return new ProofReply
            {
                Row = row with { Proof = Broken },
                Verified = false,
                Says = e.Message,
            };
        }
    }

    private async Task<string> WordAsync(LogProver prover, long index, CancellationToken cancellationToken)
    {
        try
        {
            var proof = await prover.ProveAsync(index, withEntry: false, cancellationToken).ConfigureAwait(false);
            return proof is null ? Pending
                : IsWitnessed(proof) ? Witnessed
                : Signed;
        }
        catch (LogInconsistentException)
        {
            return Broken;
        }
    }

    private static ProofReply Uncovered(LogRow row, LogProver prover) =>
        new()
        {
            Row = row with { Proof = Pending },
            Verified = false,
            Says = string.Create(
                CultureInfo.InvariantCulture,
                $"no checkpoint covers it yet: the last one covers {prover.Size} entries, and a new one comes every second"
            ),
            Key = prover.Key.ToString(),
        };

    private ProofReply Told(LogRow row, LogProver prover, LogProof proof)
    {
        var entry = proof.Entry!.Value;
        if (proof.Check(entry.Span, prover.Key, out var problem) is not { } checkpoint)
        {
            return new ProofReply
            {
                Row = row with { Proof = Broken },
                Verified = false,
                Says = problem,
            };
        }

        var witnessed = IsWitnessed(proof);
        return new ProofReply
        {
            Row = row with { Proof = witnessed ? Witnessed : Signed },
            Verified = true,
            Says = string.Create(
                CultureInfo.InvariantCulture,
                $"the proof holds: entry {row.Index} stands in `{checkpoint.Origin}`, under its checkpoint of {checkpoint.Size} entries"
            ),
            Origin = checkpoint.Origin,
            Size = checkpoint.Size,
            Root = Convert.ToBase64String(Convert.FromHexString(checkpoint.Root)),
            Witnessed = witnessed,
            Signers = [checkpoint.Origin, .. Cosigners(proof)],
            Key = prover.Key.ToString(),
            // The entry is in it: whoever may see its row may see all of it, and its payloads are no more than commitments there.
            Proof = proof.Write(),
        };
    }

    private bool IsWitnessed(LogProof proof) => witnesses?.IsMet(proof.Note) == true;

    private IEnumerable<string> Cosigners(LogProof proof) =>
        witnesses?.CosignaturesOf(proof.Note).Select(one => one.Witness.Name) ?? [];
}
