using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Gateway.Egress.Injection;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>
/// The credential of one intercepted request: which its rules say before anything is decided, and put in when it was granted.
/// </summary>
internal sealed class PutCredential(InterceptedPlace place, AgentAction action, InterceptedHead head)
{
    private readonly Injector? _injector = place.Wiring.Injector;

    private CredentialSource? _said;

    /// <summary>True when the body has to be read whole for it.</summary>
    public bool NeedsBody()
    {
        _said = _injector?.Find(place.Session, place.Wiring.Monitor.CredentialOf(action));
        return _said is not null && Placing.NeedsBody(_said.Place);
    }

    /// <summary>Why the request isn't sent, because of a placeholder that stands in it; null when none does.</summary>
    public async ValueTask<string?> CheckAsync(HeldRequest? held) =>
        _injector is null
            ? null
            : await _injector.CheckAsync(action, OutgoingOf(held?.Head ?? head, held), _said).ConfigureAwait(false);

    /// <summary>Looks for placeholders in a body that is passed on as it comes.</summary>
    public StreamSearch? Along() => _injector?.Along();

    /// <summary>One was met in it.</summary>
    public ValueTask FoundAsync() => _injector?.FoundAsync(action) ?? ValueTask.CompletedTask;

    /// <summary>
    /// Between granted and sent: the request with what its rule demands in it; or why it isn't sent. Nothing for a rule that demands
    /// nothing.
    /// </summary>
    public async ValueTask<(CarriedCredential? Carried, NotPut? Problem)> PutAsync(
        Passage passage,
        HeldRequest? held,
        CancellationToken cancellationToken
    )
    {
        // While it waited, a rule began to hold that guards come with, and they have read nothing.
        if (held is null && place.Wiring.Monitor.WantsContent(action))
        {
            return (null, new NotPut(NotPut.Unread));
        }

        if (passage.Obligations.Credential is not { } name)
        {
            return (null, _said is null ? null : new NotPut("its rules changed while it was decided"));
        }

        if (_injector is null || _said is null || _said.Name != name)
        {
            return (null, new NotPut("its credential can't be put into it"));
        }

        if (head.WebSocket)
        {
            return (
                null,
                new NotPut("a credential isn't put into a WebSocket: what comes back on it can't be looked through")
            );
        }

        try
        {
            var (made, problem) = await _injector
                .InjectAsync(place.Session, _said, OutgoingOf(held?.Head ?? head, held), cancellationToken)
                .ConfigureAwait(false);
            if (made is not null)
            {
                passage.Uses(made.Handle);
            }

            return (made, made is null ? new NotPut(problem) : null);
        }
        catch (Exception e) when (e is CredentialUnavailableException or ObjectDisposedException)
        {
            // Where it lies, and how it is kept there, is no business of the agent's.
            var recorded = e is CredentialUnavailableException ? e.Message : $"credential `{name}`: it was taken back";
            return (null, new NotPut($"the credential `{name}` can't be had; the log says why", recorded));
        }
    }

    /// <summary>The head to send: what was put in, and what belongs to one connection as it was.</summary>
    public static InterceptedHead HeadOf(InterceptedHead head, OutgoingRequest sent)
    {
        var fields = new HeaderDictionary();
        foreach (var field in sent.Fields)
        {
            fields.Append(field.Name, field.Value);
        }

        foreach (var name in (string[])["TE", "Expect"])
        {
            if (head.Fields.TryGetValue(name, out var values))
            {
                fields[name] = values;
            }
        }

        return head with
        {
            Query = sent.Query,
            Fields = fields,
        };
    }

    private OutgoingRequest OutgoingOf(InterceptedHead read, HeldRequest? held) =>
        new(
            read.Method,
            place.Authority,
            read.Path,
            read.Query,
            read.Fields.Where(f => read.Passes(f.Key))
                .SelectMany(f => f.Value, (f, value) => new HeadField(f.Key, value ?? ""))
                .ToImmutableArray(),
            held?.Body
        );
}
