using Bartizan.Client.People;

namespace Bartizan.Client;

/// <summary>The part of the client that lets people in, at the socket of the console and in its place only.</summary>
public sealed partial class ControlClient
{
    /// <summary>How people may sign in.</summary>
    public Task<EntryReply> EntryAsync(CancellationToken cancellationToken) =>
        CallAsync<EntryReply>(HttpMethod.Get, "v1/entry", null, cancellationToken);

    /// <summary>Who asks; a refusal of status 404 where nobody signs in, since the socket says it.</summary>
    public Task<MeReply> MeAsync(CancellationToken cancellationToken) =>
        CallAsync<MeReply>(HttpMethod.Get, "v1/me", null, cancellationToken);

    /// <summary>Signs a person in.</summary>
    public Task<SignedIn> EnterAsync(EnterRequest request, CancellationToken cancellationToken) =>
        CookiesAsync("v1/enter", request, cancellationToken);

    /// <summary>Signs somebody in by breaking the glass.</summary>
    public Task<SignedIn> BreakGlassAsync(BreakGlassRequest request, CancellationToken cancellationToken) =>
        CookiesAsync("v1/break-glass", request, cancellationToken);

    /// <summary>Sets an account up.</summary>
    public Task<SetupReply> SetUpAsync(SetupRequest request, CancellationToken cancellationToken) =>
        CallAsync<SetupReply>(HttpMethod.Post, "v1/setup", request, cancellationToken);

    /// <summary>Signs out.</summary>
    public Task<SignedIn> LeaveAsync(LeaveRequest request, CancellationToken cancellationToken) =>
        CookiesAsync("v1/leave", request, cancellationToken);

    private async Task<SignedIn> CookiesAsync(string path, object request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, path, request, cancellationToken).ConfigureAwait(false);
        return new SignedIn(response.Headers.TryGetValues("set-cookie", out var cookies) ? [.. cookies] : []);
    }
}
