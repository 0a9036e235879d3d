using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Gateway.Tools.Answers;

namespace Bartizan.Gateway.Tools;

/// <summary>What a client is told of a server that gave no answer. Nothing of the server's own words is in it.</summary>
internal static class ServerFault
{
    /// <summary>
    /// The status and the sentence for a status that is no success. The server's own 401 is about our credential: passed on, it
    /// would send the client to sign in somewhere.
    /// </summary>
    public static (int Status, string Says) Of(int status, ToolServer server) =>
        status switch
        {
            401 or 403 or 407 when server.Credential is { } name => (
                502,
                $"the server `{server.Name}` refused the credential `{name}` ({status}); whoever runs the gateway has to renew it, and signing in here is no way"
            ),
            401 or 403 or 407 => (
                502,
                $"the server `{server.Name}` asks for a credential ({status}), and the manifest gives it none: `with:` names one"
            ),
            _ => Of(status, server.Name),
        };

    /// <summary>The same for a status that isn't about a credential.</summary>
    public static (int Status, string Says) Of(int status, string server) =>
        status switch
        {
            401 or 403 or 407 => (502, $"the server `{server}` refused the credential of this gateway"),
            429 or 503 or (>= 400 and < 500) => (status, $"the server `{server}` answered {status}"),
            _ => (502, $"the server `{server}` gave no answer of the protocol"),
        };

    /// <summary>The sentence for what ended an exchange.</summary>
    public static string Of(Exception e, bool late, string server) =>
        e switch
        {
            _ when late => $"the server `{server}` took too long",
            AnswerTooLargeException => $"the server `{server}` answered too much: {e.Message}",
            CredentialUnavailableException or ObjectDisposedException => $"the credential for `{server}` can't be had",
            HttpRequestException or IOException => $"the server `{server}` can't be reached, or cut its answer",
            _ => $"the call of the server `{server}` failed",
        };

    /// <summary>What the log is told: of a credential that can't be had also why, which is no business of the agent's.</summary>
    public static string DetailOf(Exception e, string says) =>
        e is CredentialUnavailableException ? $"{says}: {e.Message}" : says;
}
