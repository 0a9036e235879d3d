using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Egress.Git;
using Bartizan.Gateway.Egress.Injection;
using Bartizan.Gateway.Egress.Intercepted;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// The enforcement point for <c>connect</c> and <c>http</c>. What comes in: the listeners of a sandbox. What goes out: bytes
/// to exactly the address that was vetted for exactly the name that was decided. It never resolves a name that was denied,
/// never dials an address that was not looked at, and never forwards what it could not read.
/// <code>
///  agent                        egress proxy                                    outside
///  CONNECT h:p        ─┐  1 read the head, strictly (400)
///  SOCKS5 h:p         ─┤   (Git's own protocol: Git/GitForwarder)
///  GET http://h/path  ─┤  2 whose session: the listener's, or the token's (407)
///  captured, any port ─┘  3 monitor.RequestAsync: connect h:p | http M http://h:p/path (403)
///                         4 resolve once · 5 vet every address · 6 dial one of them
///                         7 TLS: ClientHello names h, or nothing leaves
///                         8 copy, until an end, an idle time, a revocation ──────────── h:p
///  DNS query          ──  a fake address of 127.1.0.0/16; nobody is asked
/// </code>
/// </summary>
public sealed class EgressProxy : IAsyncDisposable
{
    private readonly EgressWiring _wiring;
    private readonly Lock _lock = new();
    private readonly List<IAsyncDisposable> _open = [];

    /// <summary>
    /// Makes a proxy that dials from the host's own network. Without <paramref name="mint"/> TLS is never looked into, and what needs that
    /// is refused; without <paramref name="injector"/> so is what needs a credential, without <paramref name="git"/> Git over SSH.
    /// </summary>
    public EgressProxy(
        ReferenceMonitor monitor,
        ISessionTokens tokens,
        INameResolver resolver,
        TimeProvider clock,
        EgressOptions options,
        ICertificateMint? mint = null,
        Injector? injector = null,
        GitForwarder? git = null
    )
        : this(monitor, tokens, resolver, new SocketDialer(), clock, options, mint, injector, git) { }

    internal EgressProxy(
        ReferenceMonitor monitor,
        ISessionTokens tokens,
        INameResolver resolver,
        IDialer dialer,
        TimeProvider clock,
        EgressOptions options,
        ICertificateMint? mint = null,
        Injector? injector = null,
        GitForwarder? git = null
    )
    {
        _wiring = new EgressWiring(monitor, tokens, new Upstream(resolver, dialer, clock, options), clock, options)
        {
            Interceptor = mint is null ? null : new Interceptor(mint),
            Injector = injector,
            Git = git,
        };
    }

    /// <summary>
    /// Serves the listeners of one sandbox until the binding is disposed or the session is revoked. The listener is the
    /// identity: a proxy credential is not needed, and one of another session is refused.
    /// </summary>
    public EgressBinding Bind(Session session, EgressListeners listeners)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(listeners);
        return Keep(new EgressBinding(_wiring, session, listeners, Forget));
    }

    /// <summary>
    /// Serves a listener that several agents share (<c>attach</c>): the session token in <c>Proxy-Authorization</c> (Basic,
    /// as the password, or Bearer) is the identity, asked for in each request.
    /// </summary>
    public EgressAttachment AcceptAttached(Socket sharedListener)
    {
        ArgumentNullException.ThrowIfNull(sharedListener);
        return Keep(new EgressAttachment(_wiring, sharedListener, Forget));
    }

    /// <summary>Ends every binding.</summary>
    public async ValueTask DisposeAsync()
    {
        IAsyncDisposable[] open;
        lock (_lock)
        {
            open = [.. _open];
            _open.Clear();
        }

        foreach (var one in open)
        {
            await one.DisposeAsync().ConfigureAwait(false);
        }

        if (_wiring.Interceptor is { } interceptor)
        {
            await interceptor.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Forget(IAsyncDisposable ended)
    {
        lock (_lock)
        {
            _open.Remove(ended);
        }
    }

    private T Keep<T>(T one)
        where T : IAsyncDisposable
    {
        lock (_lock)
        {
            _open.Add(one);
        }

        return one;
    }
}
