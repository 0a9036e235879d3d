using Bartizan.Sandbox.Observation;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Observation;

/// <summary>What was seen of one sandbox, from its start to its end.</summary>
internal sealed record Watched(Sandboxes.Ran Ran, IReadOnlyList<Sighting> Sightings)
{
    /// <summary>The numbers of the end.</summary>
    public SightingSums Sums => Sightings[^1].Sums;

    /// <summary>The numbers of what was lost.</summary>
    public SightingSums Lost => Of(SightingKind.Lost).Select(s => s.Sums).LastOrDefault();

    /// <summary>Those of a kind.</summary>
    public IEnumerable<Sighting> Of(SightingKind kind) => Sightings.Where(s => s.Kind == kind);

    /// <summary>Their paths.</summary>
    public List<string> Paths(SightingKind kind) => [.. Of(kind).Select(s => s.Path)];

    /// <summary>Runs a script and sees all of it.</summary>
    public static Task<Watched> ShellAsync(string script) => RunAsync(Sandboxes.Shell(script));

    /// <summary>Runs a plan and sees all of it.</summary>
    public static async Task<Watched> RunAsync(SandboxPlan plan)
    {
        await using var sandbox = await Sandboxes.StartAsync(plan);
        var seen = ReadAsync(sandbox);
        await sandbox.Input.DisposeAsync();
        var ran = await Sandboxes.FinishAsync(sandbox);
        return new Watched(ran, await seen);
    }

    public static async Task<List<Sighting>> ReadAsync(ISandbox sandbox)
    {
        var sightings = new List<Sighting>();
        await foreach (var sighting in sandbox.SeenAsync(TestContext.Current.CancellationToken))
        {
            sightings.Add(sighting);
        }

        return sightings;
    }
}
