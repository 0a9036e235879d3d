namespace Bartizan.Sandbox.Native;

/// <summary>What came over a control socket in one message.</summary>
/// <param name="Text">The bytes as text; empty at the end of the stream.</param>
/// <param name="Descriptors">Descriptors that came along; the receiver owns them.</param>
/// <param name="Process">The sender's process id as this process sees it; 0 when unknown.</param>
/// <param name="User">The sender's user id as this process sees it.</param>
internal sealed record ControlMessage(string Text, IReadOnlyList<Descriptor> Descriptors, int Process, int User);
