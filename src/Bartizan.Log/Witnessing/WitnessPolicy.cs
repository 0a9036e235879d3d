using System.Collections.Immutable;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Witnessing;

/// <summary>
/// Which logs are known, and which witnesses must have cosigned a checkpoint (C2SP tlog-policy):
/// <code>
/// log example.com/log+2b3c4d5e+AQ…
/// witness north north.example+1a2b3c4d+BA… https://north.example/
/// witness south south.example+5e6f7a8b+BA… https://south.example/
/// group both all north south
/// quorum both
/// </code>
/// </summary>
public sealed class WitnessPolicy : ICosignaturePolicy
{
    /// <summary>Logs, witnesses and groups each: C2SP asks for at least 32.</summary>
    public const int MaxNames = 256;

    /// <summary>A policy of that many lines.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>The quorum that no cosignature is needed for.</summary>
    public const string None = "none";

    private readonly ImmutableArray<PolicyGroup> _groups;

    internal WitnessPolicy(
        ImmutableArray<PolicyLog> logs,
        ImmutableArray<PolicyWitness> witnesses,
        ImmutableArray<PolicyGroup> groups,
        string quorum,
        string text
    )
    {
        Logs = logs;
        Witnesses = witnesses;
        _groups = groups;
        Quorum = quorum;
        Text = text;
    }

    /// <summary>The logs.</summary>
    public ImmutableArray<PolicyLog> Logs { get; }

    /// <summary>The witnesses.</summary>
    public ImmutableArray<PolicyWitness> Witnesses { get; }

    /// <summary>The witness or group that must have cosigned, or <see cref="None"/>.</summary>
    public string Quorum { get; }

    /// <summary>The file as it was read.</summary>
    public string Text { get; }

    /// <summary>Reads a policy.</summary>
    /// <exception cref="WitnessPolicyException">When it isn't one: the message names the line.</exception>
    public static WitnessPolicy Parse(ReadOnlySpan<byte> file) => new WitnessPolicyReader().Read(file);

    /// <summary>Reads a policy's file.</summary>
    /// <exception cref="WitnessPolicyException">When it isn't one, or too long.</exception>
    public static WitnessPolicy Load(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new WitnessPolicyException($"`{path}` is longer than {MaxBytes} bytes");
        }

        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (WitnessPolicyException e)
        {
            throw new WitnessPolicyException($"`{path}`, {e.Message}");
        }
    }

    /// <summary>The cosignatures of this policy's witnesses that a signed checkpoint carries, verified.</summary>
    public ImmutableArray<Cosignature> CosignaturesOf(string note) =>
        NoteText.TryRead(note) is { } text
            ? [.. Witnesses.Select(witness => witness.Key.Find(text.Body, text.Lines)).OfType<Cosignature>()]
            : [];

    /// <inheritdoc/>
    public bool IsMet(SignedCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return IsMet(checkpoint.Note);
    }

    /// <summary>True when enough witnesses have cosigned. The log's own signature is another question.</summary>
    public bool IsMet(string note)
    {
        if (Quorum == None)
        {
            return true;
        }

        var cosigned = CosignaturesOf(note).Select(one => one.Witness).ToHashSet();
        var met = Witnesses
            .Where(witness => cosigned.Contains(witness.Key))
            .Select(witness => witness.Name)
            .ToHashSet(StringComparer.Ordinal);

        // A group names only what stands before it: one pass tells all.
        foreach (var group in _groups.Where(group => group.Members.Count(met.Contains) >= group.Least))
        {
            met.Add(group.Name);
        }

        return met.Contains(Quorum);
    }
}
