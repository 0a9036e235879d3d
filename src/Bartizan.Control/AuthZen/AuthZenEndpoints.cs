using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Control.AuthZen;

/// <summary>The Authorization API 1.0 of OpenID's AuthZEN group: <c>/access/v1/evaluation</c>, <c>/evaluations</c>, metadata.</summary>
internal static class AuthZenEndpoints
{
    // Members that this version doesn't know are no error there: the standard is extended by members.
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerOptions.Web)
    {
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Maps the endpoints.</summary>
    public static void Map(WebApplication web, DecisionPoint point)
    {
        web.MapPost("/access/v1/evaluation", context => AnswerAsync(context, point, several: false));
        web.MapPost("/access/v1/evaluations", context => AnswerAsync(context, point, several: true));
        web.MapGet(
            "/.well-known/authzen-configuration",
            context =>
            {
                var root = $"{context.Request.Scheme}://{context.Request.Host}";
                return WriteAsync(
                    context,
                    new AuthZenMetadata(root, $"{root}/access/v1/evaluation", $"{root}/access/v1/evaluations")
                );
            }
        );
    }

    private static async Task AnswerAsync(HttpContext context, DecisionPoint point, bool several)
    {
        if (context.Request.Headers["X-Request-ID"] is [{ Length: > 0 and <= 128 } id])
        {
            context.Response.Headers["X-Request-ID"] = id;
        }

        AuthZenRequest? request;
        try
        {
            request = await JsonSerializer
                .DeserializeAsync<AuthZenRequest>(context.Request.Body, s_json, context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (JsonException)
        {
            request = null;
        }

        var problem = "the body is not an evaluation request";
        object? answer =
            request is null ? null
            : several && request.Evaluations is { IsDefaultOrEmpty: false } ? point.EvaluateAll(request, out problem)
            : point.Evaluate(request, out problem);
        if (answer is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(problem, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        await WriteAsync(context, answer).ConfigureAwait(false);
    }

    private static async Task WriteAsync(HttpContext context, object answer)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer
            .SerializeAsync(context.Response.Body, answer, answer.GetType(), s_json, context.RequestAborted)
            .ConfigureAwait(false);
    }
}
