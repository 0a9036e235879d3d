using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Egress.Injection;

namespace Bartizan.Gateway.Tests.Egress.Injection;

/// <summary>Requests of the tests, and what a credential makes of them.</summary>
internal static class Requests
{
    public const string Value = "ghp_r34l/Value+with=signs&0123456789ab";

    public static OutgoingRequest Of(
        string query = "",
        string? body = null,
        params (string Name, string Value)[] fields
    ) =>
        new(
            body is null ? "GET" : "POST",
            "api.example.com",
            "/repos",
            query,
            [.. fields.Select(f => new HeadField(f.Name, f.Value))],
            body is null ? null : Encoding.UTF8.GetBytes(body)
        );

    public static OutgoingRequest Json(string body) => Of("", body, ("Content-Type", "application/json"));

    public static OutgoingRequest Form(string body) =>
        Of("", body, ("Content-Type", "application/x-www-form-urlencoded"));

    public static Injected Put(
        OutgoingRequest request,
        CredentialSurface surface,
        string name = "",
        string value = Value
    ) => Placing.Put(request, new CredentialPlace(surface, name), value, DateTimeOffset.UnixEpoch);

    public static string BodyOf(Injected made) => Encoding.UTF8.GetString(made.Request!.Body!.Value.Span);

    public static string[] FieldsOf(Injected made) => [.. made.Request!.Fields.Select(f => $"{f.Name}: {f.Value}")];
}
