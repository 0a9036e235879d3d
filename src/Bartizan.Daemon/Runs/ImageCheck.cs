using Bartizan.Client;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Posture.Images;

namespace Bartizan.Daemon.Runs;

/// <summary>What a scanner said of an agent's image, asked before anything is made of it. The answer is an entry.</summary>
internal sealed class ImageCheck(Rooms rooms)
{
    private const int Refused = 4;

    /// <summary>Returns when the agent may run in its image; at once when it runs in none.</summary>
    /// <exception cref="ControlException">It may not.</exception>
    public async Task RequireAsync(
        Session session,
        RunSection run,
        string manifest,
        CancellationToken cancellationToken
    )
    {
        if (ImageJudgement.Of(run, Path.GetDirectoryName(manifest)!, rooms.Clock.GetUtcNow()) is not { } judged)
        {
            return;
        }

        await rooms
            .Journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Finding,
                    Session = session.Id,
                    Agent = session.Manifest.Agent,
                    Target = run.Image,
                    Policy = session.Policy.Digest,
                    Detail = $"image: {judged.Says}",
                    Reason = judged.Faults.IsEmpty ? null : string.Join("; ", judged.Faults),
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!judged.Faults.IsEmpty && session.Manifest.Environment != DeploymentEnvironment.Development)
        {
            throw new ControlException(
                new ControlProblem(
                    Refused,
                    $"no agent runs in {run.Image}: {judged.Faults[0]}",
                    "`bartizan image scan` judges a new scan; `run: scan: ignore:` bears a finding for a time"
                )
            );
        }
    }
}
