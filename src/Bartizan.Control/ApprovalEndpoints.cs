using Bartizan.Client.Approvals;
using Bartizan.Client.Sessions;
using Microsoft.AspNetCore.Builder;

namespace Bartizan.Control;

/// <summary>The inbox: what waits for people, and their answers. The same on the owner's socket and on the people's.</summary>
internal static class ApprovalEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(WebApplication web, IAskDesk desk)
    {
        ControlJson.Get(web, "/v1/approvals", desk.Asks);
        ControlJson.Get(web, "/v1/approvals/statistics", desk.Statistics);
        ControlJson.Post<BatchRequest, AnswerReply>(web, "/v1/approvals/batch", desk.AnswerAllAsync);
        ControlJson.Post<AnswerRequest, AnswerReply>(web, "/v1/approvals/answer", desk.AnswerAsync);
        ControlJson.Post<LabelsRequest, LabelsReply>(web, "/v1/sessions/labels", desk.LabelsAsync);
        ControlJson.Post<LabelsRequest, LabelsReply>(web, "/v1/sessions/clear-label", desk.ClearLabelAsync);
    }
}
