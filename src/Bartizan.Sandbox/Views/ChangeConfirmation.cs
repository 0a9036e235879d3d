namespace Bartizan.Sandbox.Views;

/// <summary>Puts one change and the reason it needs a person to that person. Anything but a yes is a no.</summary>
public delegate ValueTask<bool> ChangeConfirmation(
    WorkspaceChange change,
    string reason,
    CancellationToken cancellationToken
);
