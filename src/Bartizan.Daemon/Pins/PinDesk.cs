using Bartizan.Client;
using Bartizan.Client.Pins;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Gateway.Tools.Pins;

namespace Bartizan.Daemon.Pins;

/// <summary>Shows a person what the servers of a manifest say, and reads the lock that the person wrote.</summary>
internal sealed class PinDesk(Rooms rooms)
{
    /// <summary>For all servers together; one that hangs is told and not waited for.</summary>
    private static readonly TimeSpan LookWithin = TimeSpan.FromMinutes(2);

    /// <summary>Looks at every server of a manifest. Who does so, and at what, is an entry before anything is sent.</summary>
    public async Task<SurveyReply> SurveyAsync(PinRequest request, string person, CancellationToken cancellationToken)
    {
        var manifest = Load(request.Manifest);
        await RecordAsync(
                manifest,
                person,
                $"the tool lists of {string.Join(", ", manifest.Servers.Where(s => !s.Value.IsOwn).Select(s => s.Key).Order(StringComparer.Ordinal))} are looked at",
                cancellationToken
            )
            .ConfigureAwait(false);
        var (session, control) = Session.Open(
            SessionId.New(),
            manifest,
            Policy.Compile(manifest),
            person,
            observe: false
        );
        // A session like another one, for the servers that a command starts in one; it never runs, and so nothing is granted to it.
        var folder = Path.GetDirectoryName(Path.GetFullPath(request.Manifest))!;
        var live = new LiveSession(control, rooms.Clock.GetUtcNow(), "pin", new SessionTally())
        {
            Ground = new ServerGround(
                Environment.GetEnvironmentVariable("PATH") ?? "",
                folder,
                null,
                Path.GetFullPath(manifest.Run?.WorkspacePath ?? ".", folder)
            ),
        };
        if (!rooms.Sessions.Add(live))
        {
            throw new ControlException(
                new ControlProblem(125, "the instance is going down", "start it again with `bartizan up`")
            );
        }

        rooms.Lender.Open(
            session.Id,
            manifest.Agent,
            manifest.Credentials,
            Path.GetDirectoryName(request.Manifest)!,
            request.Credentials,
            manifest.Providers
        );
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        soon.CancelAfter(LookWithin);
        try
        {
            await rooms
                .Owner.RecordAsync(session, "preparing", person, "its servers are looked at", cancellationToken)
                .ConfigureAwait(false);
            var surveys = new List<SurveyedServer>();
            foreach (
                var server in manifest.Servers.Values.Where(s => !s.IsOwn).OrderBy(s => s.Name, StringComparer.Ordinal)
            )
            {
                surveys.Add(
                    Shown(await LookAsync(session, server, soon.Token, cancellationToken).ConfigureAwait(false))
                );
            }

            return new SurveyReply(surveys);
        }
        finally
        {
            try
            {
                await rooms.Owner.EndAsync(live, "bartizan", "its servers were looked at").ConfigureAwait(false);
            }
            finally
            {
                await rooms.ForgetAsync(live).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads the lock of a manifest again, for the sessions that live, too.</summary>
    public async Task<PinsReadReply> ReadAsync(PinRequest request, string person, CancellationToken cancellationToken)
    {
        var manifest = Load(request.Manifest);
        await RecordAsync(manifest, person, $"`{LockFiles.PathOf(request.Manifest)}` is read again", cancellationToken)
            .ConfigureAwait(false);
        var book = rooms.Pins.Of(request.Manifest);
        var changed = book.Read();
        return new PinsReadReply(changed);
    }

    private async Task<ServerSurvey> LookAsync(
        Session session,
        ToolServer server,
        CancellationToken soon,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await rooms.Tools.SurveyAsync(session, server, soon).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ServerSurvey(server.Name, $"the server `{server.Name}` took too long", PinnedNothing, 0);
        }
    }

    private static Core.Pins.PinnedServer PinnedNothing => Core.Pins.PinnedServer.Nothing;

    private static SurveyedServer Shown(ServerSurvey survey) =>
        new()
        {
            Server = survey.Server,
            Problem = survey.Problem.Length == 0 ? null : survey.Problem,
            Identities = [.. survey.Seen.Identities.Select(one => new PinnedText(one.Text))],
            Tools = [.. survey.Tools.Select(one => new PinnedText(one.Text))],
            Unusable = survey.Unusable,
        };

    private static Manifest Load(string path)
    {
        var load = ManifestFiles.Load(path);
        return load.Manifest
            ?? throw new ControlException(
                new ControlProblem(3, $"{load.Errors[0].Position}: {load.Errors[0].Message}", load.Errors[0].Hint)
            );
    }

    private async Task RecordAsync(
        Manifest manifest,
        string person,
        string what,
        CancellationToken cancellationToken
    ) =>
        await rooms
            .Journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Instance,
                    Agent = $"{manifest.Agent}@{manifest.Version}",
                    Person = person,
                    Point = "pins",
                    Detail = "pins",
                    Reason = what,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
}
