using Bartizan.Client;
using Bartizan.Console.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bartizan.Console;

/// <summary>
/// The web console: pages rendered on the server, over the control API alone. A browser's cookie is handed on with each question, so that
/// nobody sees or does here what they could not see or do there; this room decides nothing and keeps nothing.
/// <code>
/// browser ── GET, form POST ──▶ a page's method ── ControlClient, with the browser's cookie ──▶ control API
///         ◀── HTML ── Razor ◀── views: every text made visible ◀──
///         ◀── server-sent events ── /live ◀── what is new ◀──
/// </code>
/// Whoever maps it brings the listener: TLS, limits, and the cookie's rules. Every page works without JavaScript; the modules only keep it
/// up to date and draw.
/// </summary>
public static class BartizanConsole
{
    /// <summary>Maps the console's pages.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="clientOf">The control API for the person behind a request.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<HttpContext, ControlClient> clientOf)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(clientOf);
        var door = new Door(routes, clientOf);
        routes.MapGet("/assets/{**name}", Assets.AnswerAsync);
        door.Get("/sign-in", EntryPages.ShowAsync);
        door.Post("/sign-in", EntryPages.EnterAsync);
        door.Post("/sign-out", EntryPages.LeaveAsync);
        door.Get("/set-up", EntryPages.ShowSetUpAsync);
        door.Post("/set-up", EntryPages.SetUpAsync);
        door.Get("/break-glass", EntryPages.ShowGlassAsync);
        door.Post("/break-glass", EntryPages.BreakGlassAsync);
        door.Get("/", SessionPages.OverviewAsync);
        door.Get("/live", LiveStream.AnswerAsync);
        door.Get("/approvals", ApprovalPages.ListAsync);
        door.Get("/approvals/{id}", ApprovalPages.ShowAsync);
        door.Post("/approvals/{id}", ApprovalPages.AnswerAsync);
        door.Get("/log", LogPages.SearchAsync);
        door.Get("/log/{index}", LogPages.EntryAsync);
        door.Get("/log/{index}/proof", LogPages.ProofAsync);
        door.Get("/findings", LogPages.FindingsAsync);
        door.Get("/figures", LogPages.FiguresAsync);
        door.Get("/figures/numbers", LogPages.NumbersAsync);
        door.Get("/sessions/{id}", SessionPages.SessionAsync);
        door.Get("/sessions/{id}/entries", SessionPages.EntriesAsync);
        foreach (var verb in SwitchPages.Verbs)
        {
            door.Get($"/sessions/{{id}}/{verb}", visit => SwitchPages.AskAsync(visit, verb));
            door.Post($"/sessions/{{id}}/{verb}", (visit, form) => SwitchPages.ThrowAsync(visit, verb, form));
            door.Get($"/switch/{verb}", visit => SwitchPages.AskAsync(visit, verb));
            door.Post($"/switch/{verb}", (visit, form) => SwitchPages.ThrowAsync(visit, verb, form));
        }
    }
}
