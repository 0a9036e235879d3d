using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Control;

/// <summary>The inbox: what waits for people, and their answers. The same on the owner's socket and on the people's.</summary>
internal static class ApprovalEndpoints
{
    /// <summary>Where one ask is, whole.</summary>
    public const string One = "/v1/approvals/waiting/{ask}";

    /// <summary>Where it is said how many wait.</summary>
    public const string Waiting = "/v1/approvals/waiting";

    /// <summary>The ask that a request is about.</summary>
    public static string IdOf(HttpContext context) => (string)context.Request.RouteValues["ask"]!;

    /// <summary>Answers with one ask, or that there is none.</summary>
    public static Task AnswerOneAsync(HttpContext context, AskLine? ask) =>
        ask is null
            ? ControlJson.AnswerAsync(context, 404, new ControlProblem(1, "no such ask waits"))
            : ControlJson.AnswerAsync(context, 200, ask);

    /// <summary>Maps them.</summary>
    public static void Map(WebApplication web, IAskDesk desk)
    {
        ControlJson.Get(web, "/v1/approvals", desk.Asks);
        web.MapGet(One, context => AnswerOneAsync(context, desk.Ask(ControlJson.PersonOf(context), IdOf(context))));
        ControlJson.Get(web, "/v1/approvals/statistics", desk.Statistics);
        ControlJson.Post<BatchRequest, AnswerReply>(web, "/v1/approvals/batch", desk.AnswerAllAsync);
        ControlJson.Post<AnswerRequest, AnswerReply>(web, "/v1/approvals/answer", desk.AnswerAsync);
        ControlJson.Post<LabelsRequest, LabelsReply>(web, "/v1/sessions/labels", desk.LabelsAsync);
        ControlJson.Post<LabelsRequest, LabelsReply>(web, "/v1/sessions/clear-label", desk.ClearLabelAsync);
    }
}
