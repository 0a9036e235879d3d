using System.Net;
using System.Text.Json;
using Bartizan.Client;

namespace Bartizan.Control.Tests.Web;

/// <summary>A request whose headers are sent, and whose body waits for the test's word.</summary>
internal sealed class HeldContent : HttpContent
{
    private readonly byte[] _body;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HeldContent(object body)
    {
        _body = JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Wire.Options);
        Headers.ContentType = new("application/json");
    }

    /// <summary>Completes when the server has let the headers in and reads the body.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Sends the body.</summary>
    public void Go() => _go.TrySetResult();

    /// <summary>Makes a request wait for it: the server says by 100 that it reads.</summary>
    public void HoldUp(HttpRequestMessage request)
    {
        request.Content = this;
        request.Headers.ExpectContinue = true;
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _asked.TrySetResult();
        await _go.Task;
        await stream.WriteAsync(_body, TestContext.Current.CancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
