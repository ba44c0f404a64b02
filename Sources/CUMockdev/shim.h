#pragma once
#include <umockdev.h>
#include <string.h>
/* _IOR must be known before usbdevice_fs.h makes constants of it, and Swift sees no such macros */
#include <sys/ioctl.h>
#include <linux/types.h>
#include <linux/usbdevice_fs.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static const unsigned long DIFFMSM_SUBMITURB = USBDEVFS_SUBMITURB;
static const unsigned long DIFFMSM_DISCARDURB = USBDEVFS_DISCARDURB;
static const unsigned long DIFFMSM_REAPURB = USBDEVFS_REAPURB;
static const unsigned long DIFFMSM_REAPURBNDELAY = USBDEVFS_REAPURBNDELAY;
static const unsigned long DIFFMSM_CLAIMINTERFACE = USBDEVFS_CLAIMINTERFACE;
static const unsigned long DIFFMSM_RELEASEINTERFACE = USBDEVFS_RELEASEINTERFACE;
static const unsigned long DIFFMSM_DISCONNECT_CLAIM = USBDEVFS_DISCONNECT_CLAIM;
static const unsigned long DIFFMSM_SETINTERFACE = USBDEVFS_SETINTERFACE;
static const unsigned long DIFFMSM_SETCONFIGURATION = USBDEVFS_SETCONFIGURATION;
static const unsigned long DIFFMSM_RESET = USBDEVFS_RESET;
static const unsigned long DIFFMSM_CLEAR_HALT = USBDEVFS_CLEAR_HALT;
static const unsigned long DIFFMSM_RESETEP = USBDEVFS_RESETEP;
static const unsigned long DIFFMSM_GETDRIVER = USBDEVFS_GETDRIVER;
static const unsigned long DIFFMSM_GET_CAPABILITIES = USBDEVFS_GET_CAPABILITIES;

/* what the Glibc module does not show */
extern int posix_openpt(int);
extern int grantpt(int);
extern int unlockpt(int);
extern char *ptsname(int);
extern int accept4(int, struct sockaddr *, socklen_t *, int);

/* the preload sleeps for no time after every call, which costs as much as the timer's slack */
static inline int diffmsm_set_timer_slack(unsigned long nanoseconds) {
  return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
}
