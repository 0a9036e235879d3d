using System.Net;
using System.Net.Http.Headers;
using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Tools;

/// <summary>The head of a server's answer, and the way to its body.</summary>
internal sealed class ServerAnswer(HttpResponseMessage response, KeyEcho echo) : IDisposable
{
    /// <summary>The longest id of an MCP session that is kept.</summary>
    public const int MaxSessionIdLength = 512;

    private readonly string _type = TypeOf(response.Content);

    /// <summary>The handle of the credential that it was asked with; null for none.</summary>
    public string? Used { get; init; }

    /// <summary>The status.</summary>
    public int Status => (int)response.StatusCode;

    /// <summary>The injected credential, as the server may give it back.</summary>
    public KeyEcho Echo => echo;

    /// <summary>True for a stream of events.</summary>
    public bool IsStream => IsOf("text/event-stream");

    /// <summary>True for one message.</summary>
    public bool IsJson => IsOf("application/json");

    /// <summary>The session that it opens; null when it opens none.</summary>
    public string? OpenedSession =>
        response.Headers.NonValidated.TryGetValues("Mcp-Session-Id", out var values)
        && values.Count == 1
        && values.ToString() is { Length: > 0 and <= MaxSessionIdLength } id
            ? id
            : null;

    /// <summary>When it may be tried again; null when nothing is said.</summary>
    public string? RetryAfter =>
        response.Headers.RetryAfter is { } said && echo.Without(said.ToString()) is { } text ? text : null;

    /// <summary>A message of a server that the gateway is itself.</summary>
    public static ServerAnswer Of(ReadOnlyMemory<byte> body, string? session = null)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ReadOnlyMemoryContent(body) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (session is not null)
        {
            response.Headers.TryAddWithoutValidation("Mcp-Session-Id", session);
        }

        return new ServerAnswer(response, KeyEcho.OfKey(""));
    }

    /// <summary>The same without a message.</summary>
    public static ServerAnswer Of(HttpStatusCode status) => new(new HttpResponseMessage(status), KeyEcho.OfKey(""));

    /// <summary>The body.</summary>
    public Task<Stream> OpenAsync(CancellationToken cancellationToken) =>
        response.Content.ReadAsStreamAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => response.Dispose();

    private bool IsOf(string type) =>
        _type.StartsWith(type, StringComparison.OrdinalIgnoreCase)
        && (_type.Length == type.Length || _type[type.Length] is ';' or ' ');

    // Empty for none, and for what is encoded: nobody could look at that.
    private static string TypeOf(HttpContent content) =>
        content.Headers.NonValidated.TryGetValues("Content-Type", out var values)
        && !content.Headers.NonValidated.Contains("Content-Encoding")
            ? values.ToString()
            : "";
}
