// What of them is used is typed in libc.ts.
declare module '@koromix/koffi-linux-arm64';
declare module '@koromix/koffi-linux-x64';
