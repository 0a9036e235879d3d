using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>Keeps placeholders out of one cleartext request: there a credential has no place.</summary>
internal sealed class CleartextLook(Injector? injector, RequestHead request, AgentAction action)
{
    private readonly StreamSearch? _along = injector?.Along();

    /// <summary>Why the request isn't sent; null when no placeholder stands in what is read of it before it is decided.</summary>
    public async ValueTask<string?> CheckAsync(HeldBody? held)
    {
        if (injector is null)
        {
            return null;
        }

        var to = request.Destination;
        var sent = new OutgoingRequest(
            request.Method,
            to.Authority,
            to.Path,
            to.Query,
            [.. request.Fields],
            held?.Bytes
        );
        return await injector.CheckAsync(action, sent, null).ConfigureAwait(false);
    }

    /// <summary>The next piece of a body that is passed on; null where a placeholder was met: nothing more of it leaves.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> TakeAsync(ReadOnlyMemory<byte> bytes, bool isLast)
    {
        if (_along is null)
        {
            return isLast ? ReadOnlyMemory<byte>.Empty : bytes;
        }

        var ready = _along.Take(isLast ? [] : bytes.Span, isLast);
        if (_along.Found == 0)
        {
            return ready;
        }

        await injector!.FoundAsync(action).ConfigureAwait(false);
        return null;
    }
}
