using System.Globalization;
using Bartizan.Client.Sessions;
using Bartizan.Console.Pages;
using Bartizan.Console.Texts;
using Bartizan.Console.Views;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Console.Serving;

/// <summary>Pause, resume and kill: first a page that says whom it is about, then the form on it.</summary>
internal static class SwitchPages
{
    private const string Kill = "kill";
    private const string Pause = "pause";

    /// <summary>What there is to throw.</summary>
    public static IReadOnlyList<string> Verbs { get; } = [Pause, "resume", Kill];

    /// <summary>Asks whether it is meant.</summary>
    public static async Task AskAsync(Visit visit, string verb)
    {
        if (!TryMeant(visit, out var id))
        {
            await visit.ProblemAsync(404, "That is no session's id.", null).ConfigureAwait(false);
            return;
        }

        var frame = await visit.FrameAsync(TitleOf(verb, id), "/").ConfigureAwait(false);
        var sessions = (await visit.Client.SessionsAsync(visit.Stop).ConfigureAwait(false))
            .Where(session => id is null ? frame.Switches(session.Agent) : session.Session == id)
            .Select(SessionView.Of)
            .ToList();
        await visit
            .ShowAsync<Confirm>(
                200,
                ("Frame", frame),
                ("Verb", verb),
                ("Sessions", sessions),
                ("IsAll", id is null),
                ("Back", BackOf(id))
            )
            .ConfigureAwait(false);
    }

    /// <summary>Throws it.</summary>
    public static async Task ThrowAsync(Visit visit, string verb, IFormCollection form)
    {
        if (!TryMeant(visit, out var id))
        {
            await visit.ProblemAsync(404, "That is no session's id.", null).ConfigureAwait(false);
            return;
        }

        var request = new SwitchRequest
        {
            Session = id,
            All = id is null,
            Reason = Form.Text(form, "reason") ?? "by the console",
        };
        var reply = await (
            verb switch
            {
                Kill => visit.Client.KillAsync(request, visit.Stop),
                Pause => visit.Client.PauseAsync(request, visit.Stop),
                _ => visit.Client.ResumeAsync(request, visit.Stop),
            }
        ).ConfigureAwait(false);
        var done = verb switch
        {
            Kill => "killed, and nothing of it is left",
            Pause => "paused",
            _ => "going on",
        };
        await visit
            .SayAsync(
                TitleOf(verb, id),
                "/",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{reply.Sessions.Count} {(reply.Sessions.Count == 1 ? "session" : "sessions")} {done}, after {reply.Milliseconds:0} ms."
                ),
                BackOf(id),
                id is null ? "To the sessions" : "To the session"
            )
            .ConfigureAwait(false);
    }

    // Of a session, its id; of all, null.
    private static bool TryMeant(Visit visit, out string? id)
    {
        id = visit.Request.RouteValues.ContainsKey("id") ? visit.Route("id") : null;
        return id is null || Names.IsSession(id);
    }

    private static string BackOf(string? id) => id is null ? "/" : $"/sessions/{id}";

    private static string TitleOf(string verb, string? id) =>
        $"{char.ToUpperInvariant(verb[0])}{verb[1..]} {(id is null ? "all sessions" : "this session")}";
}
