using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>The tokens that sessions present to gateways in place of a provider's key.</summary>
public interface ISessionTokens
{
    /// <summary>The session whose live token this is; null for any other text. Compared in constant time.</summary>
    SessionId? Verify(ReadOnlySpan<char> token);
}
