using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Stdio;

/// <summary>A request that a process has been sent.</summary>
/// <param name="Id">The client's id of it, as JSON text.</param>
/// <param name="Method">Its method.</param>
/// <param name="Token">The client's progress token, as JSON text; null for none.</param>
/// <param name="Events">Where what is said to it goes.</param>
internal sealed record WaitingCall(string Id, string Method, string? Token, EventQueue Events)
{
    /// <summary>True when it is answered by what the server says of itself.</summary>
    public bool Opens => Method == Methods.Initialize;
}
