using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Core.Readers;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Model;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Readers;

/// <summary>
/// Asks a reader's model through the model gateway: one request, whole, with an instruction, a question and the content between two
/// marks that the content can't know. No tools, no history.
/// </summary>
internal sealed class ReaderModel(
    IHttpApplication<HttpContext> models,
    Session session,
    ReaderTerms reader,
    TimeProvider clock
)
{
    /// <summary>What a model may say, its thoughts included; the longest shape needs a tenth.</summary>
    public const int MaxTokens = 4096;

    private const int MaxAnswerBytes = 1 << 20;

    /// <summary>Asks. Answered is false when there was no answer at all; the text is null for one that isn't only text.</summary>
    public async Task<(bool Answered, string? Text)> AskAsync(string content, CancellationToken cancellationToken)
    {
        if (
            !session.Manifest.Models.TryGetValue(reader.Model.Provider, out var upstream)
            || UpstreamChoice.For(session, upstream.Api, reader.Model.Model, clock.GetUtcNow()).Target != reader.Model
        )
        {
            // Another upstream of the same format would be asked: not the one that the manifest names.
            return (false, null);
        }

        var words = ReaderWords.Of(reader, content);
        var request = upstream.Api switch
        {
            ModelApi.Anthropic => AnthropicReading.Request(reader.Model.Model, words, MaxTokens),
            ModelApi.OpenAI => ChatReading.Request(reader.Model.Model, words, MaxTokens),
            ModelApi.Gemini => GeminiReading.Request(reader.Model.Model, words, MaxTokens),
            _ => null,
        };
        if (request is null)
        {
            return (false, null);
        }

        var answer = await OwnRequest
            .SendAsync(
                models,
                session,
                "POST",
                request.Path,
                request.Headers,
                request.Body,
                MaxAnswerBytes,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (answer.Status != StatusCodes.Status200OK)
        {
            return (false, null);
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            return (
                true,
                upstream.Api switch
                {
                    ModelApi.Anthropic => AnthropicReading.TextOf(root),
                    ModelApi.OpenAI => ChatReading.TextOf(root),
                    _ => GeminiReading.TextOf(root),
                }
            );
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return (true, null);
        }
    }
}
