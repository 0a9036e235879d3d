using Bartizan.Client.Approvals;
using Bartizan.Client.People;
using Bartizan.Client.Sessions;

namespace Bartizan.Control.Web;

/// <summary>What a request is about, as the log says it: enough to tell it from another one when it was refused.</summary>
internal static class Meant
{
    /// <summary>Whom it is about, and what of them.</summary>
    public static string Of(PeopleRequest request) => $"{request.Verb} {request.Person}";

    /// <summary>Which token is made or revoked.</summary>
    public static string Of(TokensRequest request) =>
        request.Revoke is { } id ? $"revoke {id}" : $"make {request.Label}";

    /// <summary>Which sessions.</summary>
    public static string Of(SwitchRequest request, IEnumerable<string?> agents) =>
        Of(request.All ? "all" : request.Session ?? "sessions", agents);

    /// <summary>Whose label.</summary>
    public static string Of(LabelsRequest request, IEnumerable<string?> agents) => Of(request.Session, agents);

    /// <summary>Which ask.</summary>
    public static string Of(AnswerRequest request, IEnumerable<string?> agents) => Of(request.Id, agents);

    /// <summary>Which asks.</summary>
    public static string Of(BatchRequest request, IEnumerable<string?> agents) =>
        Of(string.Join(", ", request.Items.Select(one => one.Id)), agents);

    private static string Of(string what, IEnumerable<string?> agents) =>
        $"{what} of {string.Join(", ", agents.Select(one => one ?? "*").Distinct(StringComparer.Ordinal))}";
}
