namespace Bartizan.Sandbox.Views;

/// <summary>A view can't be built, read or applied. The message says what, where and what to do.</summary>
public sealed class ViewException(string message, Exception? cause = null) : Exception(message, cause);
