using System.Text.Json;

namespace Bartizan.Client.Serving;

/// <summary>A gateway that is open for as long as this is.</summary>
public sealed class ServeConnection : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private ServeConnection(HttpResponseMessage response, StreamReader reader, ServeReply reply)
    {
        _response = response;
        _reader = reader;
        Reply = reply;
    }

    /// <summary>What was opened.</summary>
    public ServeReply Reply { get; }

    /// <summary>Completes when the gateway was closed by somebody else.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is not null) { }
        }
        catch (IOException)
        {
            // The instance went down.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }

    internal static async Task<ServeConnection> OpenAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        var reply = line is null ? null : JsonSerializer.Deserialize<ServeReply>(line, Wire.Options);
        return new ServeConnection(
            response,
            reader,
            reply ?? throw new ControlException(new ControlProblem(125, "the instance answered with nothing"))
        );
    }
}
