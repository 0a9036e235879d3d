using System.Text.Json;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>
/// A request as it is sent to a model: the agent's own, with what the manifest has put into its system prompt (a canary, what is said of
/// the marks) and the marks around what untrusted tools answered. Guards, provenance, the digest of an approval and the log read what
/// the agent sent; only the upstream gets this.
/// </summary>
internal static class MarkedRequest
{
    /// <summary>The body that is sent; null, with a sentence, when it can't be marked as the manifest asks.</summary>
    public static ReadOnlyMemory<byte>? Of(Session session, string path, ReadOnlyMemory<byte> body, out string problem)
    {
        problem = "";
        if (session.Marks.Addition(session.Manifest.Guards) is not { } addition)
        {
            return body;
        }

        try
        {
            var places = JsonPlace.Read(body);
            var patch = new JsonPatch();
            if (session.Manifest.Guards!.Spotlight is { } form)
            {
                new Spotlight(session, form, patch).Mark(path, places);
            }

            SystemText.Add(path, places, addition, patch);
            return patch.IsEmpty ? body : patch.Apply(body.Span);
        }
        catch (UnmarkedException e)
        {
            problem = e.Message;
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problem = "the request body is not valid JSON";
            return null;
        }
    }
}
